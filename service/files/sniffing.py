"""What a file really is, whatever it is called: told by its bytes, and by opening it with what reads such files.

Only what offices and phones make is known: JPEG, PNG, WebP, PDF, Word (docx) and OpenDocument text. Nothing of a file
is executed or unpacked; a document with macros, a PDF that runs something when it is opened, and an archive that would
fill a disk are refused.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from events import typed
from events.errors import N_

_PIXELS = 100_000_000
_NAMES = 2000
"""Entries of an archive that are looked at; a document has some dozens."""
_UNPACKED_BYTES = 100 * 1024 * 1024
_RUN = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData"})
"""Actions of a PDF (ISO 32000-1, 12.6.4) that do more than show another page."""
_NAME_LENGTH = 120

NOT_ACCEPTED = N_("Send one of these, please: %(kinds)s.")
LIES = N_("The file is not what its name says. Please save it anew, or take a photo of it.")
BROKEN = N_("The file is damaged or protected. Please save it anew, or take a photo of it.")
ACTIVE = N_("This PDF runs a program or holds other files. Please print it to PDF anew, or take a photo of it.")
EMPTY = N_("The file is empty. Please choose it again.")


@dataclass(frozen=True, slots=True)
class FileType:
    """One type of file: which kind of answer it is, its media type and the endings that its name may have."""

    kind: str
    media_type: str
    suffixes: tuple[str, ...]


JPEG = FileType("image", "image/jpeg", (".jpg", ".jpeg", ".jfif"))
PNG = FileType("image", "image/png", (".png",))
WEBP = FileType("image", "image/webp", (".webp",))
PDF = FileType("pdf", "application/pdf", (".pdf",))
DOCX = FileType("document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
ODT = FileType("document", "application/vnd.oasis.opendocument.text", (".odt",))

TYPES = (JPEG, PNG, WEBP, PDF, DOCX, ODT)
_PICTURES = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP}
_UNSAFE = re.compile(r'[\\/:*?"<>|\s-]+')


class Unacceptable(ValueError):  # noqa: N818 - an answer about a file, not a fault of the program
    """The file is refused; `message` says why (a gettext id)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def suffixes_of(kinds: Collection[str]) -> list[str]:
    """Return the endings of names that files of these kinds have; of every kind where none is named."""
    return [suffix for known in TYPES if not kinds or known.kind in kinds for suffix in known.suffixes]


def size_of(number: int) -> str:
    """Return a number of bytes as people say it: ``200 kB``, ``5 MB``."""
    mebibyte = 1024 * 1024
    return f"{number / mebibyte:.3g} MB" if number >= mebibyte else f"{max(1, number // 1024)} kB"


def recognise(file: BinaryIO, name: str, accepts: Collection[str]) -> FileType:
    """Return what the file is. `accepts` are kinds (``image``, ``pdf``, ``document``); empty: every one.

    Raises `Unacceptable` for other types, for a name that says something else, and for what is damaged, protected, or
    two things at once. Holds the CPU; call it in a thread.
    """
    file.seek(0)
    head = file.read(16)
    found = _look(file, head)
    if found is None or (accepts and found.kind not in accepts):
        raise Unacceptable("file_type", NOT_ACCEPTED)
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.casefold()
    if suffix and suffix not in found.suffixes:
        raise Unacceptable("file_lies", LIES)
    file.seek(0)
    return found


def _look(file: BinaryIO, head: bytes) -> FileType | None:
    opened: Callable[[BinaryIO], FileType | None]
    if head.startswith(b"PK\x03\x04"):
        return _open_archive(file)
    if head.startswith(b"%PDF-"):
        opened = _open_pdf
    elif head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        opened = _open_picture
    else:
        return None
    found = opened(file)
    file.seek(0)
    if zipfile.is_zipfile(file):  # read from its end: a picture or PDF in front, an archive behind
        raise Unacceptable("file_lies", LIES)
    return found


def _open_picture(file: BinaryIO) -> FileType | None:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - a twentieth of a second that a start should save

    file.seek(0)
    try:
        with Image.open(file, formats=list(_PICTURES)) as picture:
            if picture.width * picture.height > _PIXELS:
                raise Unacceptable("file_broken", BROKEN)
            found = _PICTURES.get(picture.format or "")
            picture.verify()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, Unacceptable):
            raise
        raise Unacceptable("file_broken", BROKEN) from error
    return found


def _open_pdf(file: BinaryIO) -> FileType:
    import pikepdf  # noqa: PLC0415 - a tenth of a second that a start should save

    file.seek(0)
    try:
        with pikepdf.open(file) as document:
            len(document.pages)
            if _runs_something(document.Root):
                raise Unacceptable("file_active", ACTIVE)
    except Unacceptable:
        raise
    except (pikepdf.PdfError, pikepdf.PasswordError, OSError, ValueError, RuntimeError) as error:
        raise Unacceptable("file_broken", BROKEN) from error
    return PDF


def _runs_something(root: Any) -> bool:
    """Tell whether opening the document does something, or other files come with it (ISO 32000-1, 7.7.4 and 12.6)."""
    import pikepdf  # noqa: PLC0415 - as above

    names: Any = root.get("/Names", {})
    opened: Any = root.get("/OpenAction")
    acts = str(opened.get("/S", "")) in _RUN if isinstance(opened, pikepdf.Dictionary) else False
    return acts or "/AA" in root or "/JavaScript" in names or "/EmbeddedFiles" in names


def _open_archive(file: BinaryIO) -> FileType | None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > _NAMES or any(name.casefold().endswith("vbaproject.bin") for name in names):
                raise Unacceptable("file_type", NOT_ACCEPTED)
            if sum(entry.file_size for entry in entries) > _UNPACKED_BYTES:
                raise Unacceptable("file_broken", BROKEN)
            if {"[Content_Types].xml", "word/document.xml"} <= names:
                return DOCX
            if "mimetype" in names and "content.xml" in names:
                with archive.open("mimetype") as told:
                    return ODT if told.read(100).strip() == ODT.media_type.encode() else None
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        if isinstance(error, Unacceptable):
            raise
        raise Unacceptable("file_broken", BROKEN) from error
    return None


def name_of(given: str, found: FileType) -> str:
    """Return what the file is called when it is shown and kept: no folders, no control characters, the right ending."""
    last = given.replace("\\", "/").rpartition("/")[2]
    letters = "".join(letter for letter in unicodedata.normalize("NFC", last) if letter.isprintable())
    stem = _UNSAFE.sub("-", typed.line_of(letters)).rstrip(".- ")
    suffix = next((each for each in found.suffixes if stem.casefold().endswith(each)), "")
    stem = stem[: len(stem) - len(suffix)] if suffix else stem
    return (stem[:_NAME_LENGTH].strip(".- ") or "file") + (suffix or found.suffixes[0])
