"""Doing a thing once, however often it is asked for: Idempotency-Key for the API, a hidden key for forms.

The key's row is written in the same transaction as what it stands for, so there is no "still running": a second request
with the key waits for the first one's commit and gets the same answer. See
draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from events.errors import N_, FieldError, Invalid, KeyReused
from events.storage import Base, insert_unless_present


class IdempotencyKey(Base):
    """One key that a caller chose, within a scope (a route and who calls it), and the answer that was given."""

    __tablename__ = "idempotency_key"

    scope: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


_TABLE: sa.Table = IdempotencyKey.__table__  # type: ignore[assignment] # a declarative class's table is a Table
_MINE = sa.and_(_TABLE.c.scope == sa.bindparam("own_scope"), _TABLE.c.key == sa.bindparam("own_key"))
_SET = sa.update(_TABLE).where(_MINE).values(answer=sa.bindparam("made"))
_KNOWN = sa.select(_TABLE.c.fingerprint, _TABLE.c.answer).where(_MINE)


def fingerprint(payload: Any) -> str:
    """Return a digest of what was asked, whatever the order of its fields."""
    return hashlib.sha256(msgspec.json.encode(payload, order="deterministic")).hexdigest()


def remember(
    session: Session,
    *,
    scope: str,
    key: str,
    payload: Any,
    real_now: datetime,
    produce: Callable[[Session], dict[str, Any]],
    guess: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the answer of the first call with this key; only that one runs `produce`. The caller commits.

    `guess` is what `produce` will most likely return: it is written with the key, and where it was right nothing has to
    be written afterwards.

    Raises `KeyReused` when the key came before with another payload, `Invalid` for an impossible key. A refusal by
    `produce` is not remembered: the same key may try again.
    """
    if not 8 <= len(key) <= 200 or not key.isprintable():
        raise Invalid([FieldError("Idempotency-Key", "length", N_("The key needs 8 to 200 printable characters."))])
    digest = fingerprint(payload)
    expected = dict(guess or {})
    values = {"scope": scope, "key": key, "fingerprint": digest, "answer": expected, "created_at": real_now}
    mine = {"own_scope": scope, "own_key": key}
    if insert_unless_present(session, _TABLE, values):
        answer = produce(session)
        if answer != expected:
            session.connection().execute(_SET, {**mine, "made": answer})
        return answer
    known = session.connection().execute(_KNOWN, mine).one()
    if known.fingerprint != digest:
        raise KeyReused
    return cast("dict[str, Any]", known.answer)


def forget_before(session: Session, moment: datetime) -> None:
    """Remove keys that are older than `moment`. The caller commits."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.created_at < moment))
