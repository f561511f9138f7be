"""Checking that a post says nothing that its event does not say: no other date, name, number, promise or link.

Three readers use it. A text of the library must consist of whole phrases and whole facts: a single other word is found.
A text that a machine rewrote may use other words, but no name, number, day or promise of its own, and has to keep what
people need (`omissions`). A text that a person edited is read in the same way, and what is doubtful is shown to whoever
approves it; they decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from events.errors import N_
from notifications.models.moment import CHANGES, Moment
from notifications.writing.claims import NUMBER_WORDS, PROMISES, RELATIVE_DAYS, calendar_names
from notifications.writing.composing import places
from notifications.writing.details import Details
from notifications.writing.fitting import ELLIPSIS
from notifications.writing.labels import labels
from notifications.writing.lines import FIRST_ISOLATE, POP_ISOLATE, thousands
from notifications.writing.phrases import phrases, said_at

_WORD = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+")
_LINK = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?|(?<!\w)@\w[\w.]+")
_HASHTAG = re.compile(r"(?<!\w)#\w+")
_QUOTED = re.compile(r"[“\"]([^”\"\n]{4,})[”\"]")
_SENTENCE_START = re.compile(r"(?:^|[.!?…\n“\"•])[^\w\n]*$")
_ABBREVIATION = re.compile(r"(?<!\w)[A-Z]\w{0,3}(?:\.\w{1,3})*\.,?\s*$")
"""Titles before and after names (``Dr.``, ``Hj.``, ``S.Pd.,``) end no sentence."""
_MESSAGES = {
    "link": N_("The event does not have this link: %(said)s"),
    "date": N_("The event does not say this day: %(said)s"),
    "number": N_("The event does not have this number: %(said)s"),
    "name": N_("The event does not have this name: %(said)s"),
    "promise": N_("The event does not promise this: %(said)s"),
    "hashtag": N_("This hashtag is neither yours nor the event’s: %(said)s"),
    "quote": N_("Nobody is known to have said this: %(said)s"),
    "word": N_("The event does not say this: %(said)s"),
    "missing": N_("This is missing: %(said)s"),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that a text says and its event does not; `kind` is a key of the messages."""

    kind: str
    said: str

    @property
    def message(self) -> str:
        """Return the English sentence about it, a gettext id."""
        return _MESSAGES[self.kind]

    @property
    def params(self) -> dict[str, Any]:
        """Return what fills the sentence."""
        return {"said": self.said}


def doubts(text: str, moment: Moment, details: Details, *, edited: bool = False) -> tuple[Doubt, ...]:
    """Return what `text` says that the event does not, in the order of reading. Empty for a true text.

    Without `edited` every word must be the library's or the event's. With it, other words are free as long as they
    name nobody, count nothing, promise nothing and tell no day.
    """
    text = text.replace(FIRST_ISOLATE, "").replace(POP_ISOLATE, "")
    found: list[tuple[int, Doubt]] = []
    known = {details.page, details.url, details.recording_url} - {""}
    rest = text
    for link in sorted(known, key=len, reverse=True):
        rest = _blank_out(rest, rf"{re.escape(link)}(?![\w/?=&%-])")
    found += [(match.start(), Doubt("link", match.group())) for match in _ADDRESS.finditer(rest)]
    rest = _blank_out(rest, _ADDRESS.pattern)
    rest = _strike_out_facts(rest, moment, details, phrases_too=not edited)
    for pattern, kind in ((_LINK, "link"), (_HASHTAG, "hashtag")):
        found += [(match.start(), Doubt(kind, match.group())) for match in pattern.finditer(rest)]
        rest = pattern.sub(lambda match: " " * len(match.group()), rest)
    found += [(match.start(), Doubt("number", match.group())) for match in _NUMBER.finditer(rest)]
    if edited:
        found += _claims(rest, moment, details)
        found += [(at, Doubt("name", said)) for at, said in _names(rest, text, moment, details)]
        found += [
            (match.start(), Doubt("quote", match.group(1)))
            for match in _QUOTED.finditer(rest)
            if match.group(1).strip()
        ]
    else:
        for match in _WORD.finditer(rest):
            kind = "date" if match.group().casefold() in calendar_names(details.locale) else "word"
            found.append((match.start(), Doubt(kind, match.group())))
    found += _swapped(text, moment, details)
    return tuple(doubt for _, doubt in sorted(dict.fromkeys(found), key=lambda each: each[0]))


def omissions(text: str, moment: Moment, details: Details) -> tuple[Doubt, ...]:
    """Return what people need to know at `moment` and `text` does not say whole: title, time, link, what changed."""
    text = text.replace(FIRST_ISOLATE, "").replace(POP_ISOLATE, "")
    needed = [details.title, details.url]
    if moment in CHANGES or moment in _BEFORE:
        needed.append(details.when)
    if moment is Moment.RECORDING:
        needed.append(details.recording_url)
    if moment is Moment.FEW_SEATS and details.seats_under:
        needed.append(str(details.seats_under))
    lead = details.lead()
    if moment is Moment.SPEAKER and lead is not None:
        needed.append(lead.name)
    return tuple(Doubt("missing", said) for said in needed if said and not _whole(said).search(text))


_BEFORE = (
    *(Moment.ANNOUNCED, Moment.REGISTRATION_OPEN, Moment.SPEAKER, Moment.FEW_SEATS, Moment.WAITLIST, Moment.H7),
    *(Moment.H1, Moment.TODAY, Moment.EXHIBITION_OPENING, Moment.EXHIBITION_LAST_DAYS),
)


def _whole(said: str) -> re.Pattern[str]:
    """Match a fact as a whole: the event's "5" must not make "2025" look true, nor "09.00" a later "09.005"."""
    return re.compile(rf"(?<!\w)(?<!\d[.,:]){re.escape(said)}(?!\w)(?![.,:]\d)")


def _said_by_event(moment: Moment, details: Details) -> list[str]:
    """Return everything that the event says, longest first, so that no fact is struck out in pieces."""
    said = [details.title, details.summary, details.when, details.old_when, details.where, details.organiser]
    said += [details.reason, *details.hashtags, *(item.line() for item in details.programme)]
    for speaker in details.speakers:
        said += [speaker.credit(), speaker.name, speaker.affiliation, speaker.topic]
    if details.work is not None:
        said += [details.work.credit(labels(details.locale)["by"]), details.work.title, details.work.maker]
        said.append(details.work.note)
    if moment is Moment.FEW_SEATS and details.seats_under:
        said += _counted(str(details.seats_under), moment, details, "{seats}")
    if moment is Moment.THANKS and details.attended:
        said += _counted(thousands(details.attended, details.locale), moment, details, "{attended}")
    return sorted({each for each in said if each}, key=len, reverse=True)


def _counted(number: str, moment: Moment, details: Details, place: str) -> list[str]:
    """Return a number with the words that the library has before or after it: "10" alone may be ten o'clock."""
    around: set[str] = set()
    for phrase in phrases(moment, details.locale):
        for match in re.finditer(rf"(\w+ )?(\w+ )?{re.escape(place)}( \w+)?", phrase):
            said = [each for each in (match.group(2), match.group(3)) if each]
            around |= {f"{each}{number}" if each.endswith(" ") else f"{number}{each}" for each in said}
    return [*around, *(each.capitalize() for each in around)]


def _strike_out_facts(text: str, moment: Moment, details: Details, *, phrases_too: bool) -> str:
    whole = set(_said_by_event(moment, details))
    if phrases_too:
        filled = places(details)
        whole |= {phrase.format_map(filled) for phrase in phrases(moment, details.locale)}
    for said in sorted(whole, key=lambda each: (-len(each), each)):
        text = _blank_out(text, _whole(said).pattern)
        text = _strike_out_beginning(text, said)
    return text


def _blank_out(text: str, pattern: str) -> str:
    """Replace what matches by blanks, so that what follows keeps its place."""
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def _strike_out_beginning(text: str, said: str) -> str:
    """Strike out a fact that was shortened: its beginning, then an ellipsis."""
    for match in re.finditer(re.escape(ELLIPSIS), text):
        for length in range(min(len(said), match.start()), 0, -1):
            start = match.start() - length
            if said.startswith(text[start : match.start()]) and not (start and text[start - 1].isalnum()):
                return text[:start] + " " * (length + 1) + text[match.end() :]
    return text


def _claims(rest: str, moment: Moment, details: Details) -> list[tuple[int, Doubt]]:
    """Return days, numbers in words and promises that neither the event nor the library of this moment knows."""
    library = " ".join(phrases(moment, details.locale)).casefold()
    event = " ".join(_said_by_event(moment, details)).casefold()
    event += " " + " ".join(said_at(moment, details.locale)).casefold()
    if details.certificate:
        event += " sertifikat e-sertifikat certificate certificates"
    names = {name for name in calendar_names(details.locale) if name != "minggu"}
    lists = (("date", {*RELATIVE_DAYS[details.locale], *names}), ("number", NUMBER_WORDS[details.locale]))
    found: list[tuple[int, Doubt]] = []
    for kind, words in (*lists, ("promise", PROMISES[details.locale])):
        for said in sorted(words, key=len, reverse=True):
            known = library if kind != "promise" else event
            if re.search(rf"(?<!\w){re.escape(said)}(?!\w)", known):
                continue
            found += [
                (match.start(), Doubt(kind, match.group()))
                for match in re.finditer(rf"(?<!\w){re.escape(said)}(?:nya)?(?!\w)", rest, re.IGNORECASE)
            ]
    # "Minggu" is Sunday, "minggu" a week.
    sundays = re.finditer(r"(?<!\w)Minggu(?!\w)", rest) if details.locale == "id" else ()
    return found + [(match.start(), Doubt("date", match.group())) for match in sundays]


def _names(rest: str, text: str, moment: Moment, details: Details) -> list[tuple[int, str]]:
    """Return words with a capital letter that neither event nor library have, and that begin no sentence."""
    library = re.sub(r"\{\w+\}", " ", " ".join(phrases(moment, details.locale)))
    known = {word.casefold() for word in _WORD.findall(library)}
    known |= {word.casefold() for said in _said_by_event(moment, details) for word in _WORD.findall(said)}
    known |= calendar_names(details.locale)
    found: list[tuple[int, str]] = []
    for match in _WORD.finditer(rest):
        word = match.group()
        before = text[max(0, match.start() - 40) : match.start()]
        begins = bool(_SENTENCE_START.search(before)) and not _ABBREVIATION.search(before)
        if word[0].isupper() and word.casefold() not in known and not begins:
            found.append((match.start(), word))
    return found


def _swapped(text: str, moment: Moment, details: Details) -> list[tuple[int, Doubt]]:
    """Return a new date that is told as the old one, or the old one that is told as the new."""
    if moment is not Moment.RESCHEDULED or not details.old_when:
        return []
    was = labels(details.locale)["was"].casefold()
    found: list[tuple[int, Doubt]] = []
    at = 0
    for line in text.split("\n"):
        told_as_old = was in line.casefold()
        wrong = details.when if told_as_old else details.old_when
        right = details.old_when if told_as_old else details.when
        if _whole(wrong).search(line) and not _whole(right).search(line):
            found.append((at, Doubt("date", wrong)))
        at += len(line) + 1
    return found
