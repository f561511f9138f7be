"""Examples of e-mails and of the health of mail, by type."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from notifications.contents.placeholders import Shape
from notifications.mailing.mail_listing import Shown
from notifications.models.email import EmailKind
from notifications.models.email_attempt import AttemptVerdict
from notifications.models.suppression import SuppressionReason, SuppressionScope
from notifications.transport.quotas import Rank
from service.api.resources import mail, mail_texts
from service.mail.health import Trouble

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")
_OTHER = uuid.UUID("01937a52-7c00-7abc-8def-ba9876543210")
_AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_LATER = _AT + timedelta(minutes=2)
_TO = "rina@example.org"

_EMAIL = mail.EmailView(
    id=_ID,
    event_id=_OTHER,
    kind=EmailKind.CONFIRMATION,
    state=Shown.DEFERRED,
    reason="greylisted",
    to=_TO,
    name="Rina Wulandari",
    registration_id=_OTHER,
    participation_id=None,
    resent_of=None,
    attempts=1,
    created_at=_AT,
    due_at=_LATER,
    sent_at=None,
)

_VERSION = mail_texts.MailTextVersion(
    version=1,
    subject="Tautan Anda: {penyelenggara}",
    body="# Semua acara Anda\n\n[Buka]({tautan_acara_saya})",
    at=_AT,
    by="staff:01937a52-7c00-7abc-8def-0123456789ab",
)
_TEXT_LINE = mail_texts.MailTextLine(kind=EmailKind.OWN_EVENTS, locale="id", whose="own")
_SUPPRESSION = mail_texts.SuppressionView(
    id=_ID,
    address=_TO,
    organiser_id=None,
    scope=SuppressionScope.ALL,
    reason=SuppressionReason.BOUNCED,
    said="550 5.1.1 no such user",
    since=_AT,
    until=None,
    email_id=_OTHER,
    event_id=_OTHER,
    by="reaction:weigh_bounce",
)

MAIL: dict[str, Any] = {
    "MailTextLine": _TEXT_LINE,
    "MailTextList": mail_texts.MailTextList(items=[_TEXT_LINE]),
    "MailTextVersion": _VERSION,
    "MailTextView": mail_texts.MailTextView(
        kind=EmailKind.OWN_EVENTS,
        locale="id",
        whose="own",
        subject="Tautan Anda: {penyelenggara}",
        body="# Semua acara Anda\n\n[Buka]({tautan_acara_saya})",
        version=1,
        placeholders=[mail_texts.PlaceholderView(name="nama", shape=Shape.LINE, meaning="name of the person")],
        required=[["tautan_acara_saya"]],
        versions=[_VERSION],
    ),
    "MailTextPreview": mail_texts.MailTextPreview(
        subject="Tautan Anda: Perpustakaan Kota Batam", text="Halo Rina …", html="<p>Halo Rina …</p>"
    ),
    "MailTestView": mail_texts.MailTestView(to="budi@perpustakaan.example.go.id", taken=True, reply="250 2.0.0 Ok"),
    "SuppressionView": _SUPPRESSION,
    "SuppressionList": mail_texts.SuppressionList(items=[_SUPPRESSION], next_cursor=None),
    "EmailView": _EMAIL,
    "EmailList": mail.EmailList(items=[_EMAIL], next_cursor=None, held=False),
    "EmailSheet": mail.EmailSheet(
        email=_EMAIL,
        history=[
            mail.EmailEvent(
                at=_AT,
                verdict=AttemptVerdict.DEFERRED,
                reason="greylisted",
                code="451 4.7.1",
                text="451 4.7.1 please try again later",
                relay="mail.example.go.id:587",
                next_at=_LATER,
                act=None,
                by="",
            )
        ],
        preview=mail.EmailPreview(
            subject="Anda terdaftar: Menulis Cerita Anak, 12 Desember 2026",
            sender="Perpustakaan Kota Batam <perpustakaan@example.go.id>",
            to=f"Rina Wulandari <{_TO}>",
            text="Halo Rina …",
            html="<p>Halo Rina …</p>",
            superseded=False,
            problem="",
        ),
    ),
    "NewEmail": mail.NewEmail(id=_ID),
    "MailHealthView": mail.MailHealthView(
        well=False,
        advice=[
            mail.AdviceView(
                code="nobody_reads",
                trouble=Trouble.BAD,
                found="No worker has read the queue of e-mails since 2026-11-22 03:00 UTC; nothing goes out.",
                step="Start it: acara work --queues emails",
            )
        ],
        relay="mail.example.go.id:587",
        paused_until=None,
        readers=0,
        last_read=_AT,
        due=40,
        oldest=_AT,
        planned=189,
        held=0,
        sent_last_hour=0,
        waiting_for_pace=0,
        day=mail.DayView(taken=312, limit=500, waiting=[mail.WaitingView(rank=Rank.ROUTINE, number=40, until=_AT)]),
        failing=[mail.FailingView(reason="mailbox_full", number=2, given_up=False)],
    ),
}
