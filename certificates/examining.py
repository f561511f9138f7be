"""Looks at a certificate's file that somebody hands in: which code it bears, and whether its signature still holds.

Runs in a child process: what a stranger hands in may have been made to hang or to burst. It opens no address and
follows no link.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

import pikepdf

from certificates.codes import normalise

SECONDS = 20.0
"""It takes a twentieth of a second; a file that takes this long was made to."""
_ADDRESS = re.compile(r"/v/([0-9A-Z]{26})(?![0-9A-Za-z])", re.ASCII)
_DEEPEST = 200
_MOST_OBJECTS = 20_000


class Examined(TypedDict):
    """What a file says of itself: plain data, as it comes from a child process."""

    code: str | None
    """The one code whose address the file bears; None where there is none, or more than one."""
    holds: bool
    """Whether one of the given keys signed every byte of it, and nothing was added afterwards."""


def is_pdf(start: bytes) -> bool:
    """Tell by its first kilobyte whether a file is a PDF (ISO 32000-2, 7.5.2, allows other bytes before the header)."""
    return b"%PDF-" in start[:1024]


def examine(pdf: bytes, signers: Sequence[bytes]) -> Examined:
    """Examine a PDF; `signers` are the X.509 certificates (DER) of the keys that we have signed with.

    Raises `pikepdf.PdfError` for what cannot be read as a PDF.
    """
    return Examined(code=_code_in(pdf), holds=_holds(pdf, signers))


def _code_in(pdf: bytes) -> str | None:
    """Find our address where it stands for those who cannot see the QR code: in the words that describe the picture."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        found = {
            match[1]
            for each in itertools.islice(document.objects, _MOST_OBJECTS)
            for text in _texts(each, depth=0)
            for match in _ADDRESS.finditer(text)
        }
    codes = {code for each in found if (code := normalise(each)) is not None}
    return codes.pop() if len(codes) == 1 else None


def _texts(value: Any, *, depth: int) -> Iterator[str]:
    """Yield the strings of one object; what it refers to are objects of their own."""
    if depth > _DEEPEST or (depth and getattr(value, "is_indirect", False)):
        return
    if isinstance(value, pikepdf.String):
        yield str(value)
    elif isinstance(value, pikepdf.Array):
        for each in value:
            yield from _texts(each, depth=depth + 1)
    elif isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
        for each in value.values():
            yield from _texts(each, depth=depth + 1)


def _holds(pdf: bytes, signers: Sequence[bytes]) -> bool:
    """Tell whether the last signature is one of ours over the whole file. What nobody can check does not hold."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - a third of a second; drawing needs it not
    from pyhanko.sign.validation import generic_cms  # noqa: PLC0415 - likewise
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415 - likewise

    check: Any = generic_cms.validate_sig_integrity
    try:
        signatures: Any = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures
        if not signatures:
            return False
        last = signatures[-1]
        if last.signer_cert.dump() not in signers:
            return False
        last.compute_integrity_info()
        if last.summarise_integrity_info()["coverage"] is not SignatureCoverageLevel.ENTIRE_FILE:
            return False
        intact, valid = check(last.signer_info, last.signer_cert, "data", last.compute_digest())
    except Exception:  # noqa: BLE001 - pyHanko meets a broken file with errors of any kind
        return False
    return bool(intact and valid)
