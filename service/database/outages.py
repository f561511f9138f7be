"""What a database's errors mean to who waits: try again at once, come back later, or a mistake of ours (a 500).

SQLite's result codes: https://www.sqlite.org/rescode.html; PostgreSQL's SQLSTATEs: its manual, appendix A.
"""

from __future__ import annotations

import logging
import threading

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from events.errors import N_, Refused, TryLater

log = logging.getLogger(__name__)

_CLASHES = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the database chose one transaction of two to give way."""
_TOO_SLOW = frozenset({"55P03", "57014"})
"""A lock that was not to be had in time, a statement that took too long."""
_READ_ONLY = frozenset({"25006", "SQLITE_READONLY"})
_OUT_POSTGRESQL = ("08", "25006", "53", "57P", "58", "XX001", "XX002")
"""Connection lost, read-only (a standby), out of disk or connections, shutting down, input/output error, corrupted."""
_OUT_SQLITE = ("BUSY", "LOCKED", "CANTOPEN", "READONLY", "FULL", "IOERR", "CORRUPT", "NOTADB", "NOMEM", "PERM", "AUTH")


class Busy(TryLater):
    """Other transactions were in the way time and again; nothing was kept, and trying again later is all right."""

    code = "busy"
    default = N_("This is not available right now. Please try again later.")
    retry_after = 1
    """Seconds."""


class Unavailable(TryLater):
    """The database cannot be reached or used: it is down, full, locked by somebody else, or may not be written."""

    code = "unavailable"
    default = N_("The service cannot reach its records right now. Please try again in a minute.")
    retry_after = 10
    """Seconds."""


def is_clash(error: Exception) -> bool:
    """Tell whether two transactions met head-on and this one had to give way: nothing of it was kept."""
    return isinstance(error, DBAPIError) and _code(error) in _CLASHES


def lost_connection(error: Exception) -> bool:
    """Tell whether the connection broke. If it did so in a commit, nobody knows what was kept."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def refusal_of(error: Exception, *, reading: bool = False) -> Refused | None:
    """Return what to tell who waits, or None for a mistake of ours: a query that writes while `reading` is one."""
    if isinstance(error, NoConnectionFreeError):
        return Busy()
    if not isinstance(error, DBAPIError):
        return None
    code = _code(error)
    if reading and code in _READ_ONLY:
        return None
    if code in _CLASHES or code in _TOO_SLOW:
        return Busy()
    # Where no connection came about there is no code.
    nowhere = code is None and isinstance(error, OperationalError)
    if nowhere or error.connection_invalidated or (code is not None and _is_out(code)):
        return Unavailable()
    return None


def reason_of(error: BaseException) -> str:
    """Return the database's own words, as one line for operators, behind whatever they were wrapped in."""
    if isinstance(error, Refused) and error.__cause__ is not None:
        error = error.__cause__
    said = (error.orig or error) if isinstance(error, DBAPIError) else error
    return str(said).strip().partition("\n")[0]


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)


def _is_out(code: str) -> bool:
    if code.startswith("SQLITE_"):
        return code.removeprefix("SQLITE_").startswith(_OUT_SQLITE)
    return code.startswith(_OUT_POSTGRESQL)


class Outage:
    """Whether one way to the database is cut, told to the log when that begins and when it ends, not with every try."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._lasts = False
        self._lock = threading.Lock()

    @property
    def lasts(self) -> bool:
        """Whether the latest try found the database unusable."""
        return self._lasts

    def begin(self, error: Exception) -> None:
        """Note that the database could not be used, because of `error`."""
        with self._lock:
            begun, self._lasts = not self._lasts, True
        if begun:
            log.error("the database cannot be %s: %s", self._what, reason_of(error))

    def end(self) -> None:
        """Note that the database was used."""
        if not self._lasts:  # the common case costs no lock
            return
        with self._lock:
            ended, self._lasts = self._lasts, False
        if ended:
            log.warning("the database can be %s again", self._what)
