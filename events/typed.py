"""What people type, brought into one spelling: lines, texts, e-mail addresses, telephone numbers, days and numbers.

The one implementation for pages, API, imports and the answers to an event's own questions. Every function raises
`Unusable` with a stable code for what it cannot make sense of; what it says to people stands in `MESSAGES`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from events.errors import N_

REGION = "ID"
"""Where a telephone number without a country code is from."""

MESSAGES = {
    "control_character": N_("This contains characters that cannot be shown. Please type it again."),
    "name": N_("Write the name as it should stand on the certificate."),
    "email": N_("This does not look like an e-mail address. Example: siti@gmail.com"),
    "phone": N_("This does not look like a phone number. Example: 0812 3456 7890"),
    "date": N_("Write a date, for example 12/8/2010 for 12 August 2010."),
    "number": N_("Write a number, for example 12."),
}

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("januari", "january", "jan"),
            ("februari", "february", "feb", "pebruari"),
            ("maret", "march", "mar"),
            ("april", "apr"),
            ("mei", "may"),
            ("juni", "june", "jun"),
            ("juli", "july", "jul"),
            ("agustus", "august", "agu", "ags", "aug"),
            ("september", "sep", "sept"),
            ("oktober", "october", "okt", "oct"),
            ("november", "nov", "nopember"),
            ("desember", "december", "des", "dec"),
        ),
        start=1,
    )
    for name in names
}
_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
"""Control characters but line ends and tabs, surrogates, and the noncharacters of every plane."""
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters by their category that are drawn as nothing."""
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_WRITTEN_DAY = re.compile(r"(\d{1,2})(?:\s*[/.-]\s*|\s+)(\d{1,2}|[a-z]+)(?:\s*[/.-]\s*|\s+)(\d{4})", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,6})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+", re.ASCII)
"""Thousands as Indonesia writes them: nobody types three decimals."""

_PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+)*@((?:[a-z0-9](?:(?:[a-z0-9]|-(?!-))*[a-z0-9])?\.)+[a-z]{2,20})", re.ASCII
)
"""What nearly every address looks like: the library finds nothing wrong with it and changes nothing, in 100 µs."""
_PLAIN_LENGTH = 60
"""Letters: within every limit that the parts of an address have (RFC 5321 §4.5.3.1)."""


class Unusable(ValueError):  # noqa: N818 - an answer about what was typed, not a fault of the program
    """What was typed cannot be used; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text_of(typed: str) -> str:
    """Return a text of several lines without the blanks around it; line ends are line feeds.

    Marks that turn the direction of what follows (UAX #9, explicit ones) are left out: they would run on into whatever
    stands behind the text in a list. Raises `Unusable` for control characters (and so NUL, which PostgreSQL cannot
    keep), halves of surrogate pairs and what Unicode calls no character. What nobody could see is no text: empty.
    """
    if typed.isascii() and typed.isprintable():
        return typed.strip()  # nothing of what follows is in it
    if _UNSHOWABLE.search(typed):
        raise Unusable("control_character")
    text = typed.translate(_TURNING).replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if text.isascii() or any(map(_is_seen, text)) else ""


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "CZ" and letter not in _BLANKS


def line_of(typed: str) -> str:
    """Return a text in one line, its blanks single. Raises `Unusable` as `text_of` does."""
    return " ".join(text_of(typed).split())


def name_of(typed: str) -> str:
    """Return a person's name in one line, otherwise as typed. Raises `Unusable` for one without a letter."""
    name = line_of(typed)
    if not any(letter.isalpha() for letter in name):
        raise Unusable("name")
    return name


def _is_special(domain: str) -> bool:
    """Tell whether a domain is none to which mail goes (RFC 6761)."""
    return any(f".{domain}".endswith(f".{name}") for name in SPECIAL_USE_DOMAIN_NAMES)


def email_of(typed: str) -> str:
    """Return an e-mail address, checked by form (RFC 5321), not by DNS. Raises `Unusable`."""
    plain = typed.strip()
    if len(plain) <= _PLAIN_LENGTH and (found := _PLAIN_EMAIL.fullmatch(plain)) and not _is_special(found[1]):
        return plain
    try:
        # ASCII on the wire: mail to a non-ASCII local part would be encoded into an invalid address on its way.
        checked = validate_email(plain, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Unusable("email") from error
    return checked.ascii_email or checked.normalized


def phone_of(typed: str) -> str:
    """Return a telephone number as E.164 (ITU-T); one without a country is Indonesian. Raises `Unusable`."""
    try:
        number = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException as error:
        raise Unusable("phone") from error
    if not phonenumbers.is_valid_number(number):
        raise Unusable("phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def date_of(typed: str) -> date:
    """Return a day: ``2010-08-12`` as browsers send it, ``12/8/2010`` or ``12 Agustus 2010`` as people write it.

    The day comes before the month, as everywhere in Indonesia. Raises `Unusable`.
    """
    text = typed.strip().casefold()
    try:
        if found := _ISO_DAY.fullmatch(text):
            year, month, day = (int(part) for part in found.groups())
        elif found := _WRITTEN_DAY.fullmatch(text):
            day, year = int(found[1]), int(found[3])
            month = int(found[2]) if found[2].isdigit() else _MONTHS.get(found[2], 0)
        else:
            raise Unusable("date")
        return date(year, month, day)
    except ValueError as error:
        raise Unusable("date") from error


def number_of(typed: str | float) -> int | float:
    """Return a number: a whole one as an int. ``1.500`` is a thousand and a half thousand, ``1,5`` one and a half.

    Raises `Unusable` for everything else, also for what is infinite or no number at all.
    """
    if isinstance(typed, bool):
        raise Unusable("number")
    if isinstance(typed, str):
        text = typed.strip()
        if _GROUPED.fullmatch(text):
            return int(text.replace(".", ""))
        if not _NUMBER.fullmatch(text):
            raise Unusable("number")
        typed = float(text.replace(",", ".")) if "." in text or "," in text else int(text)
    if not math.isfinite(typed) or abs(typed) >= 10**15:
        raise Unusable("number")
    return int(typed) if typed == int(typed) else typed
