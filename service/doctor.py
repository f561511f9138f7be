"""`acara doctor`: what is missing or wrong with an installation, in plain words, and how to mend it."""

from __future__ import annotations

import ctypes
import enum
import shutil
import smtplib
import socket
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from events import outbox, seat_audit
from notifications.inbox import listing
from notifications.smtp import SmtpMailer
from service import mail_health, presence
from service.accounts import sealing
from service.broker import QUEUES
from service.clock import real_now
from service.concealing import concealer
from service.outages import Unavailable, reason_of
from service.stalls import STALLED_AFTER
from service.wiring import Runtime

_SAID_BEFORE = frozenset({"no_relay", "mailbox"})
"""What other checks tell already."""

_NOBODYS = frozenset({"localhost", "local", "example", "test", "invalid"})

LOW_DISK = 1 << 30
"""Below one gibibyte free, a recording or the database may not fit any more."""


NOT_READ_AFTER = timedelta(minutes=10)
"""A mailbox that is read has been looked into within a minute or two."""

MANIFEST = Path(__file__).parent / "web" / "static" / "manifest.json"
"""Written by the build of styles and scripts."""


class Verdict(enum.StrEnum):
    """How bad it is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found and, unless it is good, what to do."""

    subject: str
    verdict: Verdict
    found: str
    mend: str = ""


def _good(subject: str, found: str) -> Finding:
    return Finding(subject, Verdict.GOOD, found)


def examine(runtime: Runtime) -> Iterable[Finding]:
    """Yield a finding for each part of the installation; nothing is changed. A check that breaks is a bad finding."""
    checks: tuple[Callable[[Runtime], Finding], ...] = (
        check_pango,
        check_font_subsetting,
        check_pages,
        check_database,
        check_tables,
        check_writer,
        check_disk,
        check_files,
        check_clock,
        check_address,
        check_broker,
        check_readers,
        check_facts,
        check_seats,
        check_trail,
        check_mail,
        check_sender,
        check_inbox,
        check_mail_flow,
        check_youtube,
        check_mastodon,
    )
    conceal = concealer(runtime.settings)
    for check in checks:
        try:
            finding = check(runtime)
        except Exception as error:  # noqa: BLE001 - a doctor reports what breaks
            subject = check.__name__.removeprefix("check_").replace("_", " ")
            found = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            mend = "Mend what stands above first; this may follow from it."
            finding = Finding(subject, Verdict.BAD, found, mend)
        # Libraries like to quote the address that they were given, password and all.
        yield replace(finding, found=conceal(finding.found), mend=conceal(finding.mend))


def check_pango(_runtime: Runtime) -> Finding:
    """Certificates and posters are drawn by WeasyPrint, which needs Pango."""
    try:
        ctypes.CDLL("libpango-1.0.so.0")
    except OSError:
        mend = "Install it: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        return Finding("Pango", Verdict.BAD, "The library is missing; no certificate can be drawn.", mend)
    return _good("Pango", "The library that draws certificates and posters is there.")


def check_font_subsetting(_runtime: Runtime) -> Finding:
    """Without HarfBuzz's subsetter a certificate takes about five times as long (decision 9)."""
    try:
        ctypes.CDLL("libharfbuzz-subset.so.0")
    except OSError:
        mend = "Install it: apt-get install libharfbuzz-subset0"
        return Finding("font subsetting", Verdict.NOTE, "HarfBuzz's subsetter is missing; certificates are slow.", mend)
    return _good("font subsetting", "HarfBuzz's subsetter is there.")


def check_pages(_runtime: Runtime) -> Finding:
    """Styles and scripts are built from npm packages, once, before the service starts."""
    if not MANIFEST.exists():
        mend = "Run: make install (it builds them with Node from a Python package)."
        return Finding("pages", Verdict.BAD, "Styles and scripts have not been built.", mend)
    return _good("pages", "Styles and scripts are built.")


def check_database(runtime: Runtime) -> Finding:
    """Can the database be reached, and is it the one that was meant?"""
    place = sa.make_url(runtime.settings.database_address).render_as_string(hide_password=True)
    try:
        runtime.database.read(lambda session: session.scalar(sa.select(1)))
    except (Unavailable, SQLAlchemyError) as error:
        reason = reason_of(error)
        mend = "Check ACARA_DATABASE_URL, that the server runs, and that this machine may reach it."
        return Finding("database", Verdict.BAD, f"{place} cannot be reached: {reason}", mend)
    return _good("database", f"{place} answers.")


def check_tables(runtime: Runtime) -> Finding:
    """Is the schema the one that this version was written for?"""
    from service.migrations import current, head  # noqa: PLC0415 - Alembic is needed by nobody else at run time

    if current(runtime.settings.database_address) != head():
        return Finding("tables", Verdict.BAD, "They are not those of this version.", "Run: acara migrate")
    return _good("tables", "They are those of this version.")


def check_writer(runtime: Runtime) -> Finding:
    """Does a use-case hang with its transaction open? On SQLite nobody else can write meanwhile."""
    seconds = STALLED_AFTER.total_seconds()
    held = _sqlite_is_held if runtime.database.is_sqlite else _postgresql_is_held
    if held(runtime, seconds):
        found = f"A transaction has been open for {seconds:.0f} s and more; changes wait for it."
        mend = "The log of the process says where it hangs. Start that process again."
        return Finding("writer", Verdict.BAD, found, mend)
    return _good("writer", "Nothing keeps the database from being written.")


def _sqlite_is_held(runtime: Runtime, seconds: float) -> bool:
    """Wait for the writer's place for so long; nothing is written."""
    file = sa.make_url(runtime.settings.database_address).database or ""
    connection = sqlite3.connect(file, timeout=seconds, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_BUSY":
            raise
        return True
    finally:
        connection.close()
    return False


def _postgresql_is_held(runtime: Runtime, seconds: float) -> bool:
    activity = sa.table("pg_stat_activity", *map(sa.column, ("datname", "state", "state_change")))
    idle = sa.extract("epoch", sa.func.clock_timestamp() - activity.c.state_change)
    statement = sa.select(sa.func.count()).where(
        activity.c.datname == sa.func.current_database(),
        activity.c.state == "idle in transaction",
        idle > seconds,
    )
    return bool(runtime.database.read(lambda session: session.scalar(statement)))


def check_disk(runtime: Runtime) -> Finding:
    """Is there room in the data folder?"""
    free = shutil.disk_usage(runtime.settings.data_dir).free
    if free < LOW_DISK:
        mend = "Make room, or set ACARA_DATA_DIR and ACARA_FILES_URL to a larger place."
        return Finding("disk", Verdict.BAD, f"Only {free >> 20} MiB are free in the data folder.", mend)
    return _good("disk", f"{free >> 30} GiB are free in the data folder.")


def check_files(runtime: Runtime) -> Finding:
    """Can a file be written, read and removed where files are kept?"""
    key = "doctor/probe"
    runtime.files.put(key, b"probe", content_type="text/plain")
    same = runtime.files.get(key) == b"probe"
    runtime.files.delete(key)
    if not same:
        return Finding(
            "files", Verdict.BAD, "A file came back changed.", "Check the disk or bucket at ACARA_FILES_URL."
        )
    return _good("files", f"{urlsplit(runtime.settings.files_address)._replace(query='').geturl()} can be written.")


def check_clock(runtime: Runtime) -> Finding:
    """Do this machine and the database agree on what time it is? Reminders and leases depend on it."""
    if runtime.settings.clock_file is not None:
        mend = "Unset ACARA_CLOCK_FILE unless this is the demonstration."
        return Finding("clock", Verdict.NOTE, "The business clock is moved by a file.", mend)
    if runtime.database.is_sqlite:
        return _good("clock", f"It is {real_now():%Y-%m-%d %H:%M} UTC here.")
    theirs = runtime.database.read(lambda session: session.scalar(sa.select(sa.func.clock_timestamp())))
    apart = abs(real_now() - theirs)
    if apart > timedelta(seconds=5):
        found = f"This machine and the database are {apart.total_seconds():.0f} s apart."
        return Finding("clock", Verdict.BAD, found, "Run an NTP client on both, for example systemd-timesyncd.")
    return _good("clock", "This machine and the database agree.")


def check_address(runtime: Runtime) -> Finding:
    """Would the links in mails lead anywhere?"""
    settings = runtime.settings
    host = urlsplit(settings.base_url).hostname
    if host in ("localhost", "127.0.0.1"):
        mend = "Set ACARA_BASE_URL to the address under which people reach the service."
        return Finding("address", Verdict.NOTE, f"Links in mails begin with {settings.base_url}.", mend)
    if not settings.secure_cookies:
        mend = "Put a reverse proxy with TLS in front and set ACARA_BASE_URL to https://…"
        return Finding("address", Verdict.BAD, f"{settings.base_url} is not encrypted.", mend)
    return _good("address", f"Links begin with {settings.base_url}.")


def check_broker(runtime: Runtime) -> Finding:
    """Can the doorbell be rung?"""
    settings = runtime.settings
    if settings.broker_url is None:
        return _good("broker", "None is set: `acara serve` works off the queues itself.")
    parts = urlsplit(settings.broker_url.get_secret_value())
    port = parts.port or (5672 if settings.broker_kind == "rabbitmq" else 6379)
    mend = "Check ACARA_BROKER_URL and that the broker runs. Work goes on meanwhile, a second late."
    found = _unreachable(parts.hostname or "localhost", port)
    if found:
        return Finding("broker", Verdict.BAD, found, mend)
    return _good("broker", f"{settings.broker_kind} answers at {parts.hostname}:{port}.")


def _unreachable(host: str, port: int) -> str:
    try:
        with socket.create_connection((host, port), timeout=5):
            return ""
    except OSError as error:
        return f"{host}:{port} cannot be reached: {error}"


def check_readers(runtime: Runtime) -> Finding:
    """Is there a living process for every queue?"""
    unread = runtime.database.read(lambda session: presence.unread_queues(session, QUEUES, real_now=real_now()))
    if unread:
        how = "acara serve" if runtime.settings.works_in_process else f"acara work --queues {','.join(unread)}"
        return Finding("workers", Verdict.BAD, f"Nobody works off: {', '.join(unread)}.", f"Start: {how}")
    return _good("workers", "Every queue has somebody who works it off.")


def check_facts(runtime: Runtime) -> Finding:
    """Is there a fact whose reactions fail again and again?"""
    failing = sa.select(outbox.FactRow).where(outbox.FactRow.settled_at.is_(None), outbox.FactRow.attempts > 0)
    rows = runtime.database.read(lambda session: session.scalars(failing.order_by(outbox.FactRow.id)).all())
    if rows:
        found = f"{len(rows)} wait for their reactions. The first is {rows[0].name}: {rows[0].last_error}"
        return Finding("facts", Verdict.BAD, found, "It is tried again by itself; the log has the whole error.")
    return _good("facts", "Everything that happened has been reacted to.")


def check_seats(runtime: Runtime) -> Finding:
    """Are the counters of seats what the registrations add up to?"""
    drifted = runtime.database.read(seat_audit.find_drift)
    if not drifted:
        return _good("seats", "Every counter is what its registrations add up to.")
    events = ", ".join(sorted({str(each.event_id) for each in drifted})[:5])
    return Finding(
        "seats",
        Verdict.BAD,
        f"{len(drifted)} counters are not what their registrations add up to, of the events {events}.",
        "Report this: seats may be sold twice or lie idle. Nothing is mended by itself.",
    )


def check_trail(runtime: Runtime) -> Finding:
    """Is the audit trail what it was when it was written?"""
    verdict = runtime.database.read(lambda session: sealing.verify(session, runtime.chain_key))
    if verdict.problems:
        mend = "Somebody changed the database. Compare with a backup; `acara audit verify` lists what does not fit."
        return Finding("audit trail", Verdict.BAD, verdict.problems[0], mend)
    return _good("audit trail", f"{verdict.entries} entries and {verdict.facts} facts are what they were.")


def check_mail(runtime: Runtime) -> Finding:
    """Does the mail relay answer, and let us in?"""
    settings = runtime.settings
    if not isinstance(runtime.mailer, SmtpMailer):
        mend = "Set ACARA_SMTP_URL to your mail relay."
        return Finding("mail", Verdict.NOTE, f"No relay is set: mails become files in {settings.mail_dir}.", mend)
    try:
        runtime.mailer.check()
    except (OSError, smtplib.SMTPException) as error:
        mend = "Check ACARA_SMTP_URL: host, port, user and password."
        return Finding("mail", Verdict.BAD, f"The mail relay does not let us in: {error}", mend)
    return _good("mail", f"The mail relay answers; mails are sent as {settings.mail_from}.")


def check_sender(runtime: Runtime) -> Finding:
    """Does DNS say that mail from our domain is ours? A domain for examples (RFC 2606) is nobody's to ask."""
    # The module brings a DNS library, which only this check and one page need.
    from service.sender_domain import Standing, look  # noqa: PLC0415

    settings = runtime.settings
    domain = settings.mail_from.rpartition("@")[2].lower()
    if settings.dns_server is None and domain.rpartition(".")[2] in _NOBODYS:
        return _good("sender", f"{domain} is no domain that DNS knows; nothing is asked.")
    open_ = [each for each in look(settings) if each.standing is not Standing.GOOD]
    if not open_:
        return _good("sender", f"SPF, DKIM, DMARC and MX of {domain} are in order.")
    found = " ".join(f"{each.subject}: {each.found % each.params if each.params else each.found}" for each in open_)
    missing = any(each.standing is Standing.MISSING for each in open_)
    mend = "What to put in DNS stands on the page /staff/sender."
    return Finding("sender", Verdict.BAD if missing else Verdict.NOTE, found, mend)


def check_inbox(runtime: Runtime) -> Finding:
    """Is the mailbox of answers read, and when was it looked into last?"""
    settings = runtime.settings
    if settings.inbox_url is None:
        mend = "Set ACARA_RSVP_ADDRESS and ACARA_INBOX_URL, or have your mail server pipe to: acara inbound"
        return Finding(
            "inbox", Verdict.NOTE, "No mailbox is read; partners' answers go to the library's address.", mend
        )
    reading = runtime.database.read(listing.mailbox_reading)
    if reading is None or reading.looked_at is None:
        return Finding("inbox", Verdict.NOTE, "The mailbox has not been looked into yet.", "Start a worker: acara work")
    age = real_now() - reading.looked_at
    if reading.failing_since is not None:
        mend = "Check ACARA_INBOX_URL: host, port, user and password; or free space in the mailbox."
        found = f"{reading.mailbox} cannot be read since {reading.failing_since:%Y-%m-%d %H:%M} UTC: {reading.error}"
        return Finding("inbox", Verdict.BAD, found, mend)
    if age > NOT_READ_AFTER:
        found = f"{reading.mailbox} was last looked into {round(age.total_seconds() / 60)} minutes ago."
        return Finding("inbox", Verdict.BAD, found, "Start a worker that works on e-mails: acara work")
    return _good("inbox", f"{reading.mailbox} is read; last looked into {round(age.total_seconds())} s ago.")


def check_mail_flow(runtime: Runtime) -> Finding:
    """Do mails go out, and if not, what stands in the way?"""
    now, at = runtime.clock.now(), real_now()
    health = runtime.database.read(
        lambda session: mail_health.examine(session, runtime, owners=None, now=now, real_now=at)
    )
    flow = health.flow
    counts = f"{flow.due} due, {flow.planned} planned, {flow.held} held; {flow.sent_last_hour} sent in the last hour"
    if flow.used is not None:
        counts += f"; {flow.used.taken} of {flow.used.quota.limit} of the relay's day"
    found = next((each for each in health.advice if each.code not in _SAID_BEFORE), None)
    if found is None:
        return _good("mail flow", f"Mails go out: {counts}.")
    values = {
        name: f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else value
        for name, value in found.values.items()
    }
    verdict = Verdict.BAD if found.trouble is mail_health.Trouble.BAD else Verdict.NOTE
    return Finding("mail flow", verdict, f"{found.found % values} ({counts})", found.step % values)


def check_youtube(runtime: Runtime) -> Finding:
    """Can recordings be uploaded?"""
    # The connection's module brings Google's library, which only this check and uploads need.
    from service.youtube_connection import ConnectionState, OAuthConnection  # noqa: PLC0415

    if runtime.settings.youtube_client_id is None:
        mend = "Create OAuth credentials at Google, set ACARA_YOUTUBE_CLIENT_ID and _SECRET, run: acara youtube connect"
        return Finding("YouTube", Verdict.NOTE, "Not set up; links to videos can be pasted all the same.", mend)
    states = runtime.database.read(lambda session: session.scalars(sa.select(OAuthConnection.state)).all())
    if not states or any(state is not ConnectionState.CONNECTED for state in states):
        found = "A connection has died." if states else "No channel is connected."
        return Finding("YouTube", Verdict.BAD, found, "Run: acara youtube connect")
    return _good("YouTube", f"{len(states)} channel(s) connected.")


def check_mastodon(runtime: Runtime) -> Finding:
    """Can posts be published by themselves?"""
    settings = runtime.settings
    if settings.mastodon_url is None or settings.mastodon_token is None:
        mend = "Set ACARA_MASTODON_URL and ACARA_MASTODON_TOKEN; other networks have copy-ready text."
        return Finding("Mastodon", Verdict.NOTE, "No account is connected.", mend)
    parts = urlsplit(settings.mastodon_url)
    found = _unreachable(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    if found:
        return Finding("Mastodon", Verdict.BAD, found, "Check ACARA_MASTODON_URL.")
    return _good("Mastodon", f"Posts are published at {parts.hostname}.")
