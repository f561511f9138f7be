"""Drawing, signing and storing what is due: claim, work outside any transaction, settle with the fact.

A bell that rings eight times finds the rows claimed; a worker that dies loses its lease; one that comes too late
settles nothing and takes its file away again. So every certificate is issued once, with one fact.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import logging
import uuid
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from certificates import facts, issuing
from certificates.composing import Composed, VerifyUrlOf, compose
from certificates.content import CertificateContent, Failure
from certificates.models import Certificate, CertificateState
from events import deliveries, outbox
from events.deliveries import Claim
from events.errors import TryLater
from events.media.files import FileStore
from events.models import Event
from events.storage import Session, Transactions

if TYPE_CHECKING:
    from certificates.renderer import Renderer
    from certificates.signing import Signer

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 4
RETRY_AFTER = timedelta(minutes=1)
SETTLE_AFTER = 16
"""A killed worker draws at most so many again."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A certificate on its way into the books."""

    id: uuid.UUID
    outcome: Failure | _File


@dataclass(frozen=True, slots=True)
class _File:
    key: str
    sha256: str


def plan_due(transactions: Transactions, *, now: datetime) -> int:
    """Plan the certificates of every event whose time for it has come; returns how many were written.

    Commits a chunk at a time through `transactions`; what it did not come to is found again by `issuing.due`.
    """
    written = 0
    for event_id in transactions.read(lambda session: issuing.due(session, now=now)):
        done = issuing.Plan(0, complete=False)
        while not done.complete:
            done = transactions.write(partial(issuing.plan, event_id=event_id, now=now))
            written += done.written
    return written


def render_due(
    transactions: Transactions,
    files: FileStore,
    renderer: Renderer,
    signer: Signer,
    *,
    now: datetime,
    real_now: Callable[[], datetime],
    verify_url: VerifyUrlOf,
    limit: int = 64,
) -> int:
    """Claim up to `limit` certificates that are due, and issue them; returns how many were claimed.

    `now` is business time and becomes `issued_at`; `real_now` tells the real time, for the lease. Commits through
    `transactions`. A certificate that cannot be drawn is tried again after a while, `MAX_ATTEMPTS` times, then failed.
    Whatever breaks here, what was claimed and not tried is given back: at once, or after a while where nothing can be
    drawn or stored at all, which counts as nobody's attempt and is raised.
    """
    claim = transactions.write(
        lambda session: deliveries.claim(
            session, Certificate, now=now, real_now=real_now(), limit=limit, lease=LEASE, order_by=(Certificate.number,)
        )
    )
    if not claim.ids:
        return 0
    tried: list[uuid.UUID] = []
    trouble: list[Exception] = []
    try:
        composed = _compose(transactions, claim.ids, now=now, verify_url=verify_url)
        with contextlib.closing(_draw(composed, files, renderer, signer, trouble)) as drawing:
            left = len(composed)
            while drawn := list(itertools.islice(drawing, SETTLE_AFTER)):
                tried = [each.id for each in drawn]
                settled = transactions.write(partial(_settle, claim=claim, drawn=drawn, now=now))
                for each in drawn:
                    if isinstance(each.outcome, _File) and each.id not in settled:
                        files.delete(each.outcome.key)
                left -= len(drawn)
                if left and not transactions.write(
                    lambda session: deliveries.renew(
                        session, Certificate, claim.token, real_now=real_now(), lease=LEASE
                    )
                ):
                    return len(claim.ids)  # somebody else has the rest
        if left:
            due_at = now + RETRY_AFTER if trouble else now
            transactions.write(lambda session: deliveries.give_back(session, Certificate, claim.token, now=due_at))
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        transactions.write(partial(_give_back, claim=claim, tried=tried, message=message, now=now))
        raise
    if trouble:
        raise trouble[0]
    return len(claim.ids)


def _give_back(session: Session, *, claim: Claim, tried: Sequence[uuid.UUID], message: str, now: datetime) -> None:
    """Let those wait that something broke with, and queue the others at once."""
    values = {"state": CertificateState.QUEUED, "due_at": now + RETRY_AFTER, "last_error": message[:500]}
    deliveries.settle(session, Certificate, claim.token, tried, **values)
    deliveries.give_back(session, Certificate, claim.token, now=now)


def _compose(
    transactions: Transactions, ids: Sequence[uuid.UUID], *, now: datetime, verify_url: VerifyUrlOf
) -> list[Composed]:
    """Compose all in one transaction, or, where one of them breaks, each in its own."""
    try:
        return transactions.read(lambda session: compose(session, ids, now=now, verify_url=verify_url))
    except TryLater:
        raise
    except Exception as error:
        if len(ids) > 1:
            return [
                composed for each in ids for composed in _compose(transactions, [each], now=now, verify_url=verify_url)
            ]
        log.exception("a certificate could not be composed", extra={"certificate_id": str(ids[0])})
        return [Composed(ids[0], Failure("broken", f"{type(error).__name__}: {error}"))]


def _draw(
    composed: Sequence[Composed], files: FileStore, renderer: Renderer, signer: Signer, trouble: list[Exception]
) -> Generator[_Drawn]:
    """Yield each certificate drawn, signed and stored: one is signed while the renderer draws the next.

    Ends early where the renderer breaks, after a failure of the certificate that was its turn; and, with what went
    wrong in `trouble`, where no certificate could be drawn or stored, whichever it is.
    """
    logos: dict[str, bytes | None] = {}
    contents: dict[uuid.UUID, CertificateContent] = {}
    for each in composed:
        if isinstance(each.content, Failure):
            yield _Drawn(each.id, each.content)
        else:
            contents[each.id] = dataclasses.replace(each.content, logo=_logo(files, each.logo_key, logos))
    try:
        drawing = renderer.render(list(contents.values()))
    except Exception as error:  # noqa: BLE001 - raised once what was claimed is given back
        trouble.append(error)
        return
    with contextlib.closing(drawing) as pdfs:
        for certificate_id, content in contents.items():
            try:
                pdf = next(pdfs)
            except Exception as error:
                log.exception("the renderer broke", extra={"certificate_id": str(certificate_id)})
                yield _Drawn(certificate_id, Failure("broken", f"{type(error).__name__}: {error}"))
                return
            signed = pdf if isinstance(pdf, Failure) else _sign(certificate_id, content, pdf, signer)
            try:
                outcome = signed if isinstance(signed, Failure) else _store(certificate_id, signed, files)
            except Exception as error:  # noqa: BLE001 - likewise
                trouble.append(error)
                return
            yield _Drawn(certificate_id, outcome)


def _sign(certificate_id: uuid.UUID, content: CertificateContent, pdf: bytes, signer: Signer) -> bytes | Failure:
    """Sign one; what breaks at it is this one's failure and nobody else's."""
    try:
        return signer.sign(pdf, reason=content.statement, location=content.organiser)
    except Exception as error:
        log.exception("a certificate could not be signed", extra={"certificate_id": str(certificate_id)})
        return Failure("broken", f"{type(error).__name__}: {error}")


def _store(certificate_id: uuid.UUID, signed: bytes, files: FileStore) -> _File:
    digest = hashlib.sha256(signed).hexdigest()
    # The digest is in the key: a worker that lost its lease must not overwrite the file that was settled.
    key = f"certificates/{certificate_id}-{digest[:16]}.pdf"
    files.put(key, signed, content_type="application/pdf")
    return _File(key, digest)


def _logo(files: FileStore, key: str | None, logos: dict[str, bytes | None]) -> bytes | None:
    if key is None:
        return None
    if key not in logos:
        logos[key] = None
        with contextlib.suppress(FileNotFoundError):  # a certificate without its logo is better than none
            logos[key] = files.get(key)
    return logos[key]


def _settle(session: Session, *, claim: Claim, drawn: Sequence[_Drawn], now: datetime) -> set[uuid.UUID]:
    """Write what became of claimed certificates, with its facts; returns those that were still ours."""
    ids = [each.id for each in drawn]
    # The events first (see `issuing.close_if_done`), in one order for everybody.
    event_ids = session.scalars(
        sa.select(Event.id)
        .where(Event.id.in_(sa.select(Certificate.event_id).where(Certificate.id.in_(ids))))
        .order_by(Event.id)
        .with_for_update(key_share=True)
    ).all()
    settled = {each.id for each in drawn if _settle_one(session, claim, each, now=now)}
    session.expire_all()
    for certificate in session.scalars(sa.select(Certificate).where(Certificate.id.in_(settled))):
        _record(session, certificate, now=now)
    for event_id in event_ids:
        issuing.close_if_done(session, event_id, now=now)
    return settled


def _settle_one(session: Session, claim: Claim, each: _Drawn, *, now: datetime) -> bool:
    if isinstance(each.outcome, _File):
        values = {
            "state": CertificateState.ISSUED,
            "file_key": each.outcome.key,
            "sha256": each.outcome.sha256,
            "issued_at": now,
            "last_error": None,
        }
    else:
        attempts = session.scalar(sa.select(Certificate.attempts).where(Certificate.id == each.id)) or 0
        values = {
            "state": CertificateState.FAILED if attempts >= MAX_ATTEMPTS else CertificateState.QUEUED,
            "due_at": now + RETRY_AFTER * attempts,
            "last_error": f"{each.outcome.reason}: {each.outcome.message}"[:500],
        }
    return deliveries.settle(session, Certificate, claim.token, [each.id], **values) == 1


def _record(session: Session, certificate: Certificate, *, now: datetime) -> None:
    if certificate.state is CertificateState.ISSUED:
        issued = facts.CertificateIssued(
            organiser_id=certificate.organiser_id,
            event_id=certificate.event_id,
            certificate_id=certificate.id,
            registration_id=certificate.registration_id,
            participation_id=certificate.participation_id,
            role=certificate.role.value,
            version=certificate.version,
        )
        outbox.record(session, issued, now=now, by="worker")
    elif certificate.state is CertificateState.FAILED:
        failed = facts.CertificateFailed(
            organiser_id=certificate.organiser_id,
            event_id=certificate.event_id,
            certificate_id=certificate.id,
            reason=(certificate.last_error or "").partition(":")[0],
        )
        outbox.record(session, failed, now=now, by="worker")
