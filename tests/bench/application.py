"""What people fill in when registration is measured: questions of several kinds, and one to four who come together.

The same four applications are sent through the public form and through the interface for programs, and written by the
raw statements that both are held against.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from events.questions.answers import Answers, check_answers
from events.questions.form_document import Choice, FormDocument, Question, QuestionKind
from events.storage import LocalizedText
from tests.bench.processes import get

SIZES = (1, 2, 3, 4)
"""How many come together, by turns."""


def _options(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(id=name.lower(), label=LocalizedText(name, name)) for name in names)


def _ask(key: str, kind: QuestionKind, label: str, **more: Any) -> Question:
    return Question(id=key, kind=kind, label=LocalizedText(label, label), **more)


FORM = FormDocument(
    (
        _ask("usia", QuestionKind.CHOICE, "Usia", choices=_options("Anak", "Remaja", "Dewasa"), per_person=True),
        _ask("minat", QuestionKind.CHOICES, "Minat", choices=_options("Komik", "Puisi", "Novel", "Film")),
        _ask("kota", QuestionKind.SHORT_TEXT, "Kecamatan", required=True),
        _ask("pesan", QuestionKind.LONG_TEXT, "Pertanyaan untuk penulis"),
        _ask("buku", QuestionKind.NUMBER, "Berapa buku Anda baca sebulan?", minimum=0, maximum=100),
        _ask("lahir", QuestionKind.DATE, "Tanggal lahir"),
        _ask("foto", QuestionKind.CONSENT, "Saya bersedia difoto.", required=True),
    )
)
_ANSWERS: Mapping[str, Any] = {
    "usia": "dewasa",
    "minat": ["komik", "novel"],
    "kota": "Batam Centre",
    "pesan": "Bagaimana memulai cerita yang ingin terus dibaca anak-anak?",
    "buku": "4",
    "lahir": "1990-08-17",
    "foto": "yes",
}
_OTHERS = (("Budi Santoso", "dewasa"), ("Aisyah Putri", "remaja"), ("M. Rizky", "anak"))


def _members(size: int) -> list[dict[str, Any]]:
    return [{"name": name, "answers": {"usia": age}} for name, age in _OTHERS[: size - 1]]


def checked(size: int) -> Answers:
    """Return the answers of a party as they are stored."""
    now = datetime.now(UTC)
    return check_answers(FORM, _ANSWERS, revision=1, now=now, party_size=size, members=_members(size))


def bodies_for_programs() -> Sequence[str]:
    """Return what is sent to the interface, a body for each size of party; ``{n}`` stands for who it is."""
    return [json.dumps({**_contact(size), "consent": True, "answers": _ANSWERS, "members": _members(size)})
            for size in SIZES]  # fmt: skip


def bodies_for_the_form(url: str, *, stamp: str) -> Sequence[str]:
    """Return what a browser sends from the form at `url`, with everything that the page hides in it.

    `stamp` is in the place of the page's own, which is too young: nobody fills in a form in no time.
    """
    page = get(url).decode()
    hidden = {name: value for tag in re.findall(r"<input[^>]*>", page) for name, value in _hidden(tag)}
    assert len(stamp) == len(hidden["stamp"]), "the form carries another kind of stamp"
    hidden["stamp"] = stamp
    return [urlencode(hidden | _fields(size), doseq=True, safe="{}") for size in SIZES]


def _hidden(tag: str) -> list[tuple[str, str]]:
    found = dict(re.findall(r'\b(type|name|value)="([^"]*)"', tag))
    return [(found["name"], found.get("value", ""))] if found.get("type") == "hidden" and "name" in found else []


def _contact(size: int) -> dict[str, Any]:
    return {
        "name": "Siti Nurhaliza {n}",
        "email": "peserta-{n}@example.org",
        "institution": "SMA Negeri 1 Batam",
        "party_size": size,
    }


def _fields(size: int) -> dict[str, Any]:
    fields = {**_contact(size), "consent": "yes", "key": "a-key-of-one-form-{n}", "party_rows": size - 1}
    fields |= {f"answers.{key}": answer for key, answer in _ANSWERS.items()}
    for number, member in enumerate(_members(size)):
        fields |= {
            f"members.{number}.name": member["name"],
            f"members.{number}.answers.usia": member["answers"]["usia"],
        }
    return fields
