"""What a file says of itself: its code as drawn by us, and whether a signature of ours holds over all of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from certificates.content import Failure
from certificates.examining import Examined, examine, is_pdf
from certificates.renderer import ProcessRenderer
from certificates.signing import PadesSigner, own_key
from events.media.processes import ChildFailed, ChildProcesses
from tests.certificates.looking import CODE_URL, sample

CODE = CODE_URL.rpartition("/")[2]


@pytest.fixture(scope="module")
def signed(renderer: ProcessRenderer, signer: PadesSigner) -> bytes:
    (drawn,) = renderer.render([sample()])
    assert not isinstance(drawn, Failure)
    return signer.sign(drawn, reason="peserta", location="Batam")


def _renamed(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.docinfo["/Title"] = "Sertifikat orang lain"
        document.save(out)
    return out.getvalue()


def _flipped(pdf: bytes) -> bytes:
    """Change one bit of the comment behind the header, which no reader looks at."""
    changed = bytearray(pdf)
    changed[10] ^= 1
    return bytes(changed)


def _lengthened(pdf: bytes) -> bytes:
    return pdf + b"\n%%EOF\n"


def _bearing(*texts: str) -> bytes:
    """Return a PDF of one empty page that holds these strings."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.Notes = document.make_indirect(pikepdf.Array([pikepdf.String(text) for text in texts]))
        document.save(out)
    return out.getvalue()


def test_what_was_issued_holds(signed: bytes, signer: PadesSigner, children: ChildProcesses) -> None:
    told = children.run(examine, signed, [signer.certificate], timeout=60)
    assert told == Examined(code=CODE, holds=True)


@pytest.mark.parametrize("change", [_renamed, _flipped, _lengthened])
def test_whatever_is_changed_is_noticed(signed: bytes, signer: PadesSigner, change: Callable[[bytes], bytes]) -> None:
    assert examine(change(signed), [signer.certificate]) == Examined(code=CODE, holds=False)


def test_another_ones_signature_is_none_of_ours(signed: bytes, signer: PadesSigner, tmp_path: Path) -> None:
    other = PadesSigner(own_key(tmp_path, "Perpustakaan Kota Batam", real_now=datetime.now(UTC)))
    assert examine(other.sign(_bearing(CODE_URL), reason="", location=""), [signer.certificate])["holds"] is False
    assert examine(signed, [other.certificate])["holds"] is False
    assert examine(signed, [other.certificate, signer.certificate])["holds"] is True


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ((), None),
        (("acara.example/v/tiada",), None),
        ((CODE_URL, CODE_URL), CODE),
        ((CODE_URL, CODE_URL[:-1] + "F"), None),
        ((CODE_URL + "A",), None),
        (("/v/" + "U" * 26,), None),
    ],
)
def test_a_code_is_found_where_there_is_exactly_one(texts: tuple[str, ...], code: str | None) -> None:
    assert examine(_bearing(*texts), []) == Examined(code=code, holds=False)


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"<<" * 50_000, b"\x00" * 100])
def test_what_is_no_pdf_fails_in_its_child_only(children: ChildProcesses, content: bytes) -> None:
    with pytest.raises(ChildFailed):
        children.run(examine, content, [], timeout=60)
    assert is_pdf(content) is content.startswith(b"%PDF")
