"""The lines with the event's facts that matter at each moment."""

from __future__ import annotations

import unicodedata

from notifications.channels.limits import Limits
from notifications.models.moment import AFTERWARDS, CHANGES, Moment
from notifications.writing.describing import SHOWN_SPEAKERS
from notifications.writing.details import Details, Speaker
from notifications.writing.fitting import Block
from notifications.writing.icons import icon
from notifications.writing.labels import labels

_ALWAYS_LABELLED = ("was", "now", "speaker", "speakers", "moderator", "moderators", "topic", "reason", "watch")
"""Lines that an emoji alone does not explain."""
_WITH_SUMMARY = (Moment.ANNOUNCED, Moment.EXHIBITION_OPENING)
_INVITING = (Moment.ANNOUNCED, Moment.REGISTRATION_OPEN, Moment.H7)
_ROOM_FOR_SUMMARY = 1000
FIRST_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def thousands(number: int, locale: str) -> str:
    """Return a number as it is written: ``1.250`` in Indonesian, ``1,250`` in English."""
    return f"{number:,}".replace(",", "." if locale == "id" else ",")


def isolated(text: str) -> str:
    """Return `text` with the marks that keep a right-to-left name from turning the rest of its line around."""
    if any(unicodedata.bidirectional(each) in ("R", "AL") for each in text):
        return f"{FIRST_ISOLATE}{text}{POP_ISOLATE}"
    return text


def facts(moment: Moment, details: Details, limits: Limits, *, hook: str) -> list[Block]:
    """Return the lines with what people need to know at `moment`; `hook` is what the opening has said already."""
    if moment in CHANGES:
        return _paragraph(_change(moment, details))
    if moment in AFTERWARDS:
        return _paragraph(_afterwards(moment, details, hook))
    lines = [Block(_line("when", details.when, details))]
    if moment is not Moment.LIVE:
        lines += [Block(_line("where", place, details), 1) for place in (_where(details),) if place]
    if moment is Moment.FEW_SEATS and details.seats_under and "{seats}" not in hook:
        seats = labels(details.locale)["seats"].format(seats=details.seats_under)
        lines.insert(0, Block(_iconed("seats", seats, details)))
    own = _own(moment, details)
    if moment not in (Moment.WORK, Moment.PROGRAMME):
        lines += _speakers(moment, details)
    if moment in _INVITING:
        certified = "certificate" if details.certificate else "free"
        lines.append(Block(_iconed(certified, labels(details.locale)[certified], details), 7))
    story = []
    if moment in _WITH_SUMMARY and details.summary and limits.text > _ROOM_FOR_SUMMARY:
        story = [Block(details.summary, 6, paragraph=True)]
    return [*story, *_paragraph(own), *_paragraph(lines)]


def _paragraph(lines: list[Block]) -> list[Block]:
    return [Block(line.text, line.need, paragraph=place == 0, cut=line.cut) for place, line in enumerate(lines)]


def _own(moment: Moment, details: Details) -> list[Block]:
    """Return what only this moment tells: the programme, the work of the day."""
    if moment is Moment.PROGRAMME:
        return [Block(item.line(), 3 + place if place else 2) for place, item in enumerate(details.programme)]
    if moment is Moment.WORK and details.work is not None:
        shown = [Block(_iconed("work", isolated(details.work.credit(labels(details.locale)["by"])), details), cut=True)]
        return shown + ([Block(details.work.note, 5)] if details.work.note else [])
    return []


def _change(moment: Moment, details: Details) -> list[Block]:
    if moment is Moment.RESCHEDULED:
        lines = [Block(_line("now", details.when, details))]
        if details.old_when:
            lines.insert(0, Block(_line("was", details.old_when, details), 2))
        lines += [Block(_line("where", place, details), 3) for place in (_where(details),) if place]
    else:
        lines = [Block(_line("was", details.when, details), 1)]
    if details.reason:
        lines.append(Block(_line("reason", details.reason, details), 2))
    return lines


def _afterwards(moment: Moment, details: Details, hook: str) -> list[Block]:
    lines: list[Block] = []
    if moment is Moment.THANKS:
        if details.attended and "{attended}" not in hook:
            said = labels(details.locale)["attended"].format(attended=thousands(details.attended, details.locale))
            lines.append(Block(_iconed("attended", said, details), 3))
        lines += _speakers(moment, details)
    if moment is Moment.RECORDING:
        if details.recording_url:
            lines.append(Block(_line("watch", details.recording_url, details)))
        lines += _speakers(moment, details)
    return lines


def _where(details: Details) -> str:
    words = labels(details.locale)
    if not details.where:
        return words["online"] if details.online else ""
    return f"{isolated(details.where)}, {words['or_online']}" if details.online else isolated(details.where)


def _speakers(moment: Moment, details: Details) -> list[Block]:
    lead = details.lead()
    if moment is Moment.SPEAKER and lead is not None:
        topic = [Block(_line("topic", isolated(lead.topic), details), 3)] if lead.topic else []
        return [Block(_credits("moderator" if lead.moderates else "speaker", (lead,), details), 4), *topic]
    shown = details.speakers[:SHOWN_SPEAKERS]
    voices = [("speaker", tuple(each for each in shown if not each.moderates), 3)]
    voices.append(("moderator", tuple(each for each in shown if each.moderates), 4))
    return [Block(_credits(role, people, details), need) for role, people, need in voices if people]


def _credits(role: str, people: tuple[Speaker, ...], details: Details) -> str:
    label = role if len(people) == 1 else f"{role}s"
    return _line(label, "; ".join(isolated(each.credit()) for each in people), details)


def _line(label: str, text: str, details: Details) -> str:
    if icon(label, details) and label not in _ALWAYS_LABELLED:
        return _iconed(label, text, details)
    return _iconed(label, f"{labels(details.locale)[label]}: {text}", details)


def _iconed(label: str, text: str, details: Details) -> str:
    before = icon(label, details)
    return f"{before} {text}" if before else text
