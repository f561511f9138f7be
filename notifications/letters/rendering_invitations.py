"""What an e-mail says of all the dates of a series that a partner is invited to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from events.days import dates
from events.links import Links
from events.models import EventMode, PartnerAnswer, Stage
from events.partnership.series_invitations import InvitedDate, InvitedDates
from events.plaintext import one_line
from events.recurring.series_calendar import original_start
from notifications.letters.rendering_bookings import DateLine

_ANSWERS = {
    PartnerAnswer.NEEDS_ACTION: {"id": "mohon jawaban Anda", "en": "please answer"},
    PartnerAnswer.ACCEPTED: {"id": "Anda bersedia", "en": "you take part"},
    PartnerAnswer.TENTATIVE: {"id": "Anda belum pasti", "en": "you are not sure yet"},
    PartnerAnswer.DECLINED: {"id": "Anda berhalangan", "en": "you cannot take part"},
}
_OFF = {
    Stage.CANCELLED: {"id": "dibatalkan", "en": "cancelled"},
    Stage.POSTPONED: {"id": "ditunda, waktu baru menyusul", "en": "postponed, new time to follow"},
}
_WITHDRAWN = {"id": "undangan kami tarik kembali", "en": "our invitation is withdrawn"}
_MOVED = {"id": "waktunya lain (semula {})", "en": "at another time (was {})"}
_SEVERAL = {"id": "{} tanggal, {} sampai {}", "en": "{} dates, from {} to {}"}


def invitation_context(invited: InvitedDates | None, links: Links, locale: str, *, now: datetime) -> dict[str, Any]:
    """Return what replaces the names of a single event; nothing where the e-mail is about one.

    Dates that are over are not listed, nor those that nobody knows of yet.
    """
    if invited is None:
        return {}
    page = links.partner_series_url(invited.invitation.id, invited.invitation.link_version)
    known = [each for each in invited.dates if each.event.stage is not Stage.DRAFT and each.event.ends_at > now]
    ahead = [each for each in known if each.stands]
    context: dict[str, Any] = {
        "title": one_line(invited.series.title.to(locale)),
        "series_title": one_line(invited.series.title.to(locale)),
        "dates": tuple(_line(invited, each, links, locale) for each in known),
        "several": True,
        "held": len(ahead),
        "withdrawn": False,
        "partner_url": page,
        "manage_url": page,
        "meeting_url": f"{page}/join" if any(each.event.join_url for each in ahead) else "",
    }
    if len(ahead) > 1:
        first, last = (
            dates.format_short_date(each.event.starts_at, each.event.timezone, locale) for each in _ends(ahead)
        )
        context["date"] = context["when"] = _SEVERAL[locale].format(len(ahead), first, last)
    elif ahead:
        only = ahead[0].event
        context["date"] = dates.format_short_date(only.starts_at, only.timezone, locale)
        context["when"] = dates.format_when(only.starts_at, only.ends_at, only.timezone, locale)
    return context


def _ends(ahead: list[InvitedDate]) -> tuple[InvitedDate, InvitedDate]:
    return min(ahead, key=_begins), max(ahead, key=_begins)


def _begins(each: InvitedDate) -> datetime:
    return each.event.starts_at


def _line(invited: InvitedDates, each: InvitedDate, links: Links, locale: str) -> DateLine:
    event, part = each.event, each.participation
    when = dates.format_when(event.starts_at, event.ends_at, event.timezone, locale)
    if not each.stands:
        off = _WITHDRAWN if part.withdrawn_at is not None else _OFF[event.stage]
        return DateLine(when, off[locale], off=True, url="")
    said = [_ANSWERS[part.answer][locale]]
    original = original_start(invited, event)
    if event.starts_at != original:
        said.insert(0, _MOVED[locale].format(dates.format_moment(original, event.timezone, locale)))
    if event.title != invited.series.title:
        said.insert(0, one_line(event.title.to(locale)))
    if event.mode is not EventMode.ONLINE and event.venue != _usual_venue(invited):
        said.insert(0, one_line(event.venue.to(locale)))
    return DateLine(when, "; ".join(said), off=False, url=links.partner_url(part.id, part.link_version))


def _usual_venue(invited: InvitedDates) -> object:
    standing = invited.standing
    return standing[0].event.venue if standing else None
