"""Writing a post: the event's facts, a phrasing, and the channel's limits become one text.

A text is a row of blocks. When it is too long for its channel, whole blocks are left out, the least needed first, and
only then are the longest facts shortened, always between words: nobody is shown half a word or half a date.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from events.models import EventKind
from notifications.channels.limits import Limits
from notifications.models.moment import AFTERWARDS, CHANGES, Moment
from notifications.writing_details import Details, Speaker
from notifications.writing_phrases import labels, phrasing

ELLIPSIS = "…"
_SHOWN_SPEAKERS = 4
_ICONS = {
    "when": "🗓",
    "was": "🗓",
    "now": "👉",
    "where": "📍",
    "speakers": "🎙",
    "topic": "💬",
    "certificate": "🎓",
    "free": "✨",
    "attended": "🙌",
    "watch": "▶️",
    "reason": "📝",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for one channel, and what its picture shows to those who cannot see it."""

    text: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or line. `need` 0 is never left out; the highest goes first."""

    text: str
    need: int = 0
    paragraph: bool = False
    """Whether a blank line stands before it."""


def seed_of(event_id: uuid.UUID) -> int:
    """Return the number that picks an event's phrasings: the same in every process and forever."""
    return int.from_bytes(event_id.bytes[-4:], "big")


def compose(moment: Moment, details: Details, limits: Limits, *, seed: int) -> Draft:
    """Write the post of `moment` within `limits`; the same input always gives the same text.

    Raises `ValueError` if even the title and the link do not fit, which no real channel brings about.
    """
    blocks = _blocks(moment, details, limits, seed)
    while limits.measure(_join(blocks)) > limits.text and any(block.need for block in blocks):
        blocks.remove(max(blocks, key=lambda block: block.need))
    text = _join(blocks)
    if limits.measure(text) > limits.text:
        text = _join(_shorten(blocks, limits))
    return Draft(text, alt_text(moment, details, limit=limits.alt_text))


def _join(blocks: list[Block]) -> str:
    joined = ""
    for block in blocks:
        joined += ("\n\n" if block.paragraph else "\n") + block.text
    return joined.strip()


def shorten(text: str, limit: int, limits: Limits) -> str:
    """Return `text` in at most `limit` units, cut between words and marked with an ellipsis."""
    if limits.measure(text) <= limit:
        return text
    words = text.split()
    while words and limits.measure(" ".join(words).rstrip(",;:–-(") + ELLIPSIS) > limit:
        words.pop()
    return " ".join(words).rstrip(",;:–-(") + ELLIPSIS if words else ""


def _shorten(blocks: list[Block], limits: Limits) -> list[Block]:
    """Shorten the longest needed block (a title of a whole sentence) by as much as is too much."""
    longest = max(range(len(blocks) - 1), key=lambda place: limits.measure(blocks[place].text))
    excess = limits.measure(_join(blocks)) - limits.text
    text = shorten(blocks[longest].text, limits.measure(blocks[longest].text) - excess, limits)
    if not text:
        raise ValueError("the title and the link alone are too long for this channel")
    return [*blocks[:longest], Block(text, 0, blocks[longest].paragraph), *blocks[longest + 1 :]]


def _blocks(moment: Moment, details: Details, limits: Limits, seed: int) -> list[Block]:
    phrase = phrasing(moment, details.locale, details.tone, seed)
    filled = _places(details)
    title = f"{limits.bold}{details.title}{limits.bold}" if limits.bold else details.title
    blocks = [
        Block(title),
        Block(phrase.hook.format_map(filled), 2 if moment not in CHANGES else 0, paragraph=True),
        *_facts(moment, details, limits),
        *_invitation(phrase.call.format_map(filled), details, limits),
    ]
    if limits.hashtags and details.hashtags:
        blocks.append(Block(" ".join(details.hashtags[: limits.hashtags]), 4, paragraph=True))
    return blocks


def _places(details: Details) -> dict[str, str]:
    words = labels(details.locale)
    kind = words[details.kind.value]
    lead = details.lead()
    return {
        "title": details.title,
        "kind": kind,
        "kind_title": kind.capitalize(),
        "organiser": details.organiser,
        "speaker": lead.name if lead else details.organiser,
        "seats": str(details.seats_under),
        "attended": thousands(details.attended, details.locale),
    }


def thousands(number: int, locale: str) -> str:
    """Return a number as it is written: ``1.250`` in Indonesian, ``1,250`` in English."""
    return f"{number:,}".replace(",", "." if locale == "id" else ",")


def _invitation(call: str, details: Details, limits: Limits) -> list[Block]:
    if limits.links:
        return [Block(f"{call} {details.url}", paragraph=True)]
    return [
        Block(f"{call} {details.url}", paragraph=True),
        Block(f"({labels(details.locale)['bio']})", 5),
    ]


def _facts(moment: Moment, details: Details, limits: Limits) -> list[Block]:
    """Return the lines with the event's facts that matter at `moment`."""
    if moment in CHANGES:
        return _change(moment, details)
    if moment in AFTERWARDS:
        return _afterwards(moment, details)
    lines = [Block(_line("when", details.when, details), paragraph=True)]
    if moment is not Moment.LIVE:
        lines += [Block(_line("where", place, details), 1) for place in (_where(details),) if place]
    lines += _speakers(moment, details)
    room_for_summary = details.summary and limits.text > 1000
    if moment is Moment.ANNOUNCED and room_for_summary:
        lines.insert(0, Block(details.summary, 6, paragraph=True))
    words = labels(details.locale)
    if moment in (Moment.ANNOUNCED, Moment.REGISTRATION_OPEN, Moment.H7):
        if details.certificate:
            lines.append(Block(_marked("certificate", words["certificate"], details), 7))
        lines.append(Block(_marked("free", words["free"], details), 8))
    return lines


def _change(moment: Moment, details: Details) -> list[Block]:
    if moment is Moment.RESCHEDULED:
        lines = [Block(_line("now", details.when, details), 0)]
        if details.old_when:
            lines.insert(0, Block(_line("was", details.old_when, details), 2))
        lines += [Block(_line("where", place, details), 3) for place in (_where(details),) if place]
    else:
        lines = [Block(_line("was", details.when, details), 1)]
    if details.reason:
        lines.append(Block(_line("reason", details.reason, details), 2))
    first, *rest = lines
    return [Block(first.text, first.need, paragraph=True), *rest]


def _afterwards(moment: Moment, details: Details) -> list[Block]:
    words = labels(details.locale)
    lines: list[Block] = []
    if moment is Moment.THANKS:
        if details.attended:
            said = words["attended"].format(attended=thousands(details.attended, details.locale))
            lines.append(Block(_marked("attended", said, details), 3))
        lines += _speakers(moment, details)
    if moment is Moment.RECORDING:
        if details.recording_url:
            lines.append(Block(_line("watch", details.recording_url, details)))
        lines += _speakers(moment, details)
    return [Block(line.text, line.need, paragraph=place == 0) for place, line in enumerate(lines)]


def _where(details: Details) -> str:
    words = labels(details.locale)
    if not details.where:
        return words["online"] if details.online else ""
    return f"{details.where}, {words['or_online']}" if details.online else details.where


def _speakers(moment: Moment, details: Details) -> list[Block]:
    words = labels(details.locale)
    lead = details.lead()
    if moment is Moment.SPEAKER and lead is not None:
        topic = [Block(_line("topic", lead.topic, details), 3)] if lead.topic else []
        return [Block(_iconed("speakers", f"{words['speaker']}: {lead.credit()}", details), 4), *topic]
    shown = details.speakers[:_SHOWN_SPEAKERS]
    if not shown:
        return []
    label = words["speaker" if len(shown) == 1 else "speakers"]
    long = f"{label}: " + "; ".join(speaker.credit() for speaker in shown)
    return [Block(_iconed("speakers", long, details), 3)]


def _line(label: str, text: str, details: Details) -> str:
    return _iconed(label, f"{labels(details.locale)[label]}: {text}", details)


def _marked(icon: str, text: str, details: Details) -> str:
    return _iconed(icon, text, details)


def _iconed(icon: str, text: str, details: Details) -> str:
    """Put an icon before a line; an organiser that speaks formally has none, a warm one where they help the eye."""
    if details.tone == "formal" or icon not in _ICONS:
        return text
    return f"{_ICONS[icon]} {text}"


def alt_text(moment: Moment, details: Details, *, limit: int) -> str:
    """Describe the picture to those who cannot see it, in at most `limit` characters (0: the channel has none)."""
    if not limit:
        return ""
    words = labels(details.locale)
    change = {Moment.CANCELLED: "cancelled", Moment.POSTPONED: "postponed", Moment.RESCHEDULED: "moved"}
    kind = words[details.kind.value]
    said = [f"{words['poster']} {kind}: {details.title}"]
    if moment in change:
        said.append(words[change[moment]])
    if moment not in AFTERWARDS:
        said.append(details.when)
    if details.kind is EventKind.EXHIBITION and details.where:
        said.append(details.where)
    said += [speaker.name for speaker in _named(moment, details)]
    while len(_sentences(said)) > limit and len(said) > 1:
        said.pop()
    text = _sentences(said)
    return text if len(text) <= limit else _cut(text, limit)


def _sentences(said: list[str]) -> str:
    """Join with full stops, of which a name that ends in a title has one already."""
    return " ".join(f"{each.rstrip('.')}." for each in said)


def _named(moment: Moment, details: Details) -> tuple[Speaker, ...]:
    lead = details.lead()
    if moment is Moment.SPEAKER and lead is not None:
        return (lead,)
    return details.speakers[:_SHOWN_SPEAKERS] if moment not in CHANGES else ()


def _cut(text: str, limit: int) -> str:
    cut = text[: limit - 1].rsplit(" ", 1)[0] if " " in text[:limit] else text[: limit - 1]
    return cut.rstrip(",;:. ") + ELLIPSIS
