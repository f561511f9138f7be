"""Forms and files for tests: a form with every kind of question, and small real files of every type."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pikepdf
from PIL import Image

from events.questions.form_document import Choice, FormDocument, Question, QuestionKind, ShownIf
from events.storage import LocalizedText


def _text(indonesian: str, english: str) -> LocalizedText:
    return LocalizedText(indonesian, english)


ROLE = Question(
    id="role",
    kind=QuestionKind.CHOICE,
    label=_text("Saya adalah", "I am"),
    required=True,
    choices=(
        Choice(id="teacher", label=_text("Guru", "a teacher")),
        Choice(id="pupil", label=_text("Pelajar", "a pupil")),
    ),
)
SCHOOL = Question(
    id="school",
    kind=QuestionKind.SHORT_TEXT,
    label=_text("Nama sekolah", "Name of the school"),
    required=True,
    shown_if=ShownIf(question="role", any_of=("teacher", "pupil")),
)
CLASS = Question(
    id="class",
    kind=QuestionKind.NUMBER,
    label=_text("Kelas", "Class"),
    required=True,
    minimum=1,
    maximum=12,
    shown_if=ShownIf(question="role", any_of=("pupil",)),
)
WORKSHOPS = Question(
    id="workshops",
    kind=QuestionKind.CHOICES,
    label=_text("Lokakarya", "Workshops"),
    help=_text("Boleh keduanya.", "Both are possible."),
    maximum=2,
    choices=(
        Choice(id="comic", label=_text("Komik", "Comics")),
        Choice(id="poem", label=_text("Puisi", "Poems")),
    ),
)
WHY = Question(id="why", kind=QuestionKind.LONG_TEXT, label=_text("Mengapa ikut?", ""), maximum=500)
BORN = Question(id="born", kind=QuestionKind.DATE, label=_text("Tanggal lahir", "Date of birth"), retention_days=30)
PARENT_EMAIL = Question(id="parent", kind=QuestionKind.EMAIL, label=_text("Surel orang tua", "Parent's e-mail"))
PARENT_PHONE = Question(id="wa", kind=QuestionKind.PHONE, label=_text("WhatsApp orang tua", "Parent's WhatsApp"))
LETTER = Question(
    id="letter",
    kind=QuestionKind.FILE,
    label=_text("Surat pengantar", "Letter of introduction"),
    accepts=("image", "pdf"),
    max_bytes=200_000,
    retention_days=30,
)
PHOTOS = Question(
    id="photos",
    kind=QuestionKind.CONSENT,
    label=_text("Saya boleh difoto.", "I may be photographed."),
    required=True,
)

EVERY_KIND = FormDocument((ROLE, SCHOOL, CLASS, WORKSHOPS, WHY, BORN, PARENT_EMAIL, PARENT_PHONE, LETTER, PHOTOS))

GOOD_ANSWERS = {
    "answers.role": "pupil",
    "answers.school": "SMPN 6 Batam",
    "answers.class": "8",
    "answers.workshops": ["comic", "poem"],
    "answers.why": "Suka membaca.",
    "answers.born": "2012-08-12",
    "answers.parent": "ibu@example.org",
    "answers.wa": "0812 3456 7890",
    "answers.photos": "yes",
}


def picture(kind: str = "PNG", side: int = 20) -> bytes:
    """Return a small picture."""
    body = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(body, format=kind)
    return body.getvalue()


def pdf(**catalogue: Any) -> bytes:
    """Return a PDF with one empty page; `catalogue` are entries of its root, in plain values."""
    body = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        for name, value in catalogue.items():
            document.Root[f"/{name}"] = _pdf_object(value)
        document.save(body)
    return body.getvalue()


def _pdf_object(value: Any) -> Any:
    if isinstance(value, dict):
        return pikepdf.Dictionary({name: _pdf_object(each) for name, each in value.items()})
    if isinstance(value, list):
        return pikepdf.Array([_pdf_object(each) for each in value])
    if isinstance(value, str):
        return pikepdf.Name(value) if value.startswith("/") else pikepdf.String(value)
    return value


def archive(entries: dict[str, bytes]) -> bytes:
    """Return a ZIP archive with these entries."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return body.getvalue()


def docx(**more: bytes) -> bytes:
    """Return what is a Word document by its parts."""
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>", **more})


def odt() -> bytes:
    """Return what is an OpenDocument text by its parts."""
    return archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<office:document/>"})
