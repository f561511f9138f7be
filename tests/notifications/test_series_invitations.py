"""What a partner of a series gets, as people read it and calendars take it: the files in ``tests/snapshots/emails``.

``ACARA_UPDATE_SNAPSHOTS=1`` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage

import pytest

from events.media.files import FileStore
from events.models import EventMode, Participation, PartnerAnswer, Series, SeriesInvitation, Stage
from events.partnership.series_invitations import InvitedDate, InvitedDates
from events.storage import LocalizedText
from notifications.contents.material import Material, Told
from notifications.models.email import EmailKind
from tests.notifications.post_office import calendar_of
from tests.notifications.test_templates import NOW, SNAPSHOTS, STARTS_AT, UPDATE, composed, material
from tests.support.calendars import assert_calendar_valid
from tests.support.readings import occurrences

SERIES = uuid.UUID("019afc00-0000-7000-8000-0000000000a0")
INVITATION = uuid.UUID("019afc00-0000-7000-8000-0000000000b0")
WEEK, LENGTH = timedelta(days=7), timedelta(hours=2, minutes=30)
TITLE = LocalizedText("Klub Menulis Anak", "Writing Club for Children")
ACCEPTED, DECLINED = PartnerAnswer.ACCEPTED, PartnerAnswer.DECLINED


def _part(number: int) -> uuid.UUID:
    return uuid.UUID(int=INVITATION.int + 1 + number)


def _date(base: Material, number: int) -> InvitedDate:
    """Return one of the Saturdays from `STARTS_AT` on."""
    key = uuid.UUID(int=SERIES.int + 1 + number)
    starts_at = STARTS_AT + number * WEEK
    event, part = base.event, base.participation
    assert part is not None
    made = type(event)(
        **{
            column.key: getattr(event, column.key)
            for column in type(event).__table__.columns
            if hasattr(type(event), column.key)
        }
        | {
            "id": key,
            "series_id": SERIES,
            "series_date": date(2026, 12, 12) + number * WEEK,
            "title": TITLE,
            "stage": Stage.REGISTRATION_OPEN,
            "mode": EventMode.HYBRID,
            "venue": LocalizedText("Ruang Serbaguna", "Main hall"),
            "starts_at": starts_at,
            "ends_at": starts_at + LENGTH,
        }
    )
    asked = Participation(
        id=_part(number),
        event_id=key,
        partner_id=part.partner_id,
        role=part.role,
        topic=part.topic,
        answer=PartnerAnswer.NEEDS_ACTION,
        link_version=1,
        series_invitation_id=INVITATION,
    )
    return InvitedDate(asked, made)


def _invited(base: Material, *, count: int = 4, sequence: int = 0, start_time: time = time(9)) -> InvitedDates:
    series = Series(
        id=SERIES,
        organiser_id=base.organiser.id,
        slug="klub-menulis-anak",
        title=TITLE,
        rule="FREQ=WEEKLY;BYDAY=SA",
        starts_on=date(2026, 12, 12),
        start_time=start_time,
        minutes=150,
        timezone="Asia/Jakarta",
        template={},
        created_at=NOW,
        updated_at=NOW,
    )
    invitation = SeriesInvitation(
        id=INVITATION,
        series_id=SERIES,
        partner_id=base.participation.partner_id if base.participation else SERIES,
        sequence=sequence,
        link_version=1,
        created_at=NOW,
        changed_at=NOW,
    )
    return InvitedDates(invitation, series, tuple(_date(base, number) for number in range(count)))


# ---------------------------------------------------------------- what happened to it
def _first(_: Sequence[InvitedDate]) -> None:
    """Nothing yet."""


def _later(dates: Sequence[InvitedDate]) -> None:
    for each in dates:
        each.event.starts_at += timedelta(hours=1)
        each.event.ends_at += timedelta(hours=1)


def _one_moved(dates: Sequence[InvitedDate]) -> None:
    _answered(dates)
    dates[1].event.starts_at += timedelta(days=1, hours=2)
    dates[1].event.ends_at += timedelta(days=1, hours=2)
    dates[1].participation.answer = PartnerAnswer.NEEDS_ACTION


def _one_cancelled(dates: Sequence[InvitedDate]) -> None:
    _answered(dates)
    dates[2].event.stage = Stage.CANCELLED


def _answered(dates: Sequence[InvitedDate]) -> None:
    for number, each in enumerate(dates):
        each.participation.answer = DECLINED if number == 3 else ACCEPTED


def _withdrawn(dates: Sequence[InvitedDate]) -> None:
    for each in dates:
        each.participation.withdrawn_at = NOW


@dataclass(frozen=True, slots=True)
class Variant:
    """One e-mail of a conversation about a series."""

    kind: EmailKind
    happened: Callable[[Sequence[InvitedDate]], None]
    starts: tuple[datetime, ...]
    """When its calendar object says that something is."""
    sequence: int = 0
    count: int = 4
    start_time: time = time(9)


_ALL = tuple(STARTS_AT + number * WEEK for number in range(4))
VARIANTS = {
    "invitation": Variant(EmailKind.PARTNER_INVITATION, _first, _ALL),
    "rule_changed": Variant(
        EmailKind.PARTNER_UPDATE,
        _later,
        tuple(each + timedelta(hours=1) for each in _ALL),
        sequence=4,
        start_time=time(10),
    ),
    "date_moved": Variant(
        EmailKind.PARTNER_UPDATE, _one_moved, (_ALL[0], _ALL[1] + timedelta(days=1, hours=2), *_ALL[2:]), sequence=1
    ),
    "date_cancelled": Variant(EmailKind.PARTNER_UPDATE, _one_cancelled, (*_ALL[:2], _ALL[3]), sequence=2),
    "split": Variant(EmailKind.PARTNER_UPDATE, _answered, _ALL[:2], sequence=3, count=2),
    "withdrawn": Variant(EmailKind.PARTNER_CANCELLATION, _withdrawn, _ALL[:1], sequence=5),
}


def _made(variant: Variant, locale: str) -> Material:
    base = material(variant.kind, locale)
    base.email.params = {}
    dates = _invited(base, count=variant.count, sequence=variant.sequence, start_time=variant.start_time)
    variant.happened(dates.dates)
    base.email.uid = str(INVITATION)
    first = dates.dates[0]
    told = Told(-1, -1) if variant.kind is EmailKind.PARTNER_INVITATION else Told(variant.sequence - 1, 1, invited=True)
    return replace(base, event=first.event, participation=first.participation, invited_dates=dates, told=told)


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body(preferencelist=(subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _check(name: str, found: str) -> None:
    path = SNAPSHOTS / name
    if UPDATE:
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_each_mail_of_a_series_in_each_language(name: str, locale: str, files: FileStore) -> None:
    variant = VARIANTS[name]
    message = composed(files, _made(variant, locale))
    content = calendar_of(message)
    assert content is not None
    method = "CANCEL" if variant.kind is EmailKind.PARTNER_CANCELLATION else "REQUEST"
    readings = assert_calendar_valid(content, method=method)
    assert {(each.uid, each.sequence) for each in readings} == {(str(INVITATION), variant.sequence)}
    assert [datetime.fromisoformat(each.start) for each in occurrences(content)] == list(variant.starts)
    text, html = _body(message, "plain"), _body(message, "html")
    _check(f"partner_series_{name}.{locale}.txt", f"{message['Subject']}\n\n{text}")
    _check(f"partner_series_{name}.{locale}.html", html)
    _check(f"partner_series_{name}.{locale}.ics", content.decode().replace("\r\n", "\n"))
    links = (method == "REQUEST",) * 2
    assert ("/ps/" in text, "/ps/" in html) == links, "the page of all dates, as long as there is one"
