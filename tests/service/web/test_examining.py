"""Proving a certificate by its file: what was issued, what was changed since, and what was never ours."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import httpx
import pikepdf
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from certificates.models import Certificate, CertificateRole, CertificateState
from service.wiring import Runtime
from tests.support.life import NOW, Life
from tests.support.site import words

CODE = "7K2M9QXW4T1BFH8N3RJ6CZ5D0E"


@pytest.fixture
def issued(runtime: Runtime, life: Life) -> bytes:
    """A certificate that was signed and issued; its look is of no concern here."""
    drawn = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.Alt = pikepdf.String(f"https://acara.example/v/{CODE}")
        document.save(drawn)
    signed = runtime.signer.sign(drawn.getvalue(), reason="peserta", location="Batam")
    certificate = Certificate(
        organiser_id=life.organiser_id,
        event_id=life.webinar(),
        role=CertificateRole.PARTICIPANT,
        name="Siti Aminah",
        locale="id",
        number="0001/PERPUS/XII/2026",
        code=CODE,
        state=CertificateState.ISSUED,
        sha256=hashlib.sha256(signed).hexdigest(),
        created_at=NOW,
        issued_at=NOW,
    )
    life.database.write(lambda session: session.add(certificate))
    return signed


def _hand_in(client: TestClient[Any], content: bytes, name: str = "sertifikat.pdf") -> httpx.Response:
    return client.post("/v", files={"file": (name, content, "application/pdf")})


def _set(life: Life, **values: Any) -> None:
    life.database.write(lambda session: session.execute(sa.update(Certificate).values(**values)))


def test_the_file_that_was_issued_is_known(client: TestClient[Any], issued: bytes) -> None:
    answer = _hand_in(client, issued)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    page = words(answer.text)
    assert "Sertifikat ini sah" in page
    assert "persis seperti yang kami terbitkan" in page
    assert "Siti Aminah" in page


def test_it_is_known_by_its_signature_where_its_digest_is_forgotten(
    client: TestClient[Any], issued: bytes, life: Life
) -> None:
    _set(life, sha256=None)
    assert "persis seperti yang kami terbitkan" in words(_hand_in(client, issued).text)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (CertificateState.REPLACED, "Sertifikat ini sudah diganti"),
        (CertificateState.REVOKED, "Sertifikat ini sudah dicabut"),
    ],
)
def test_a_file_that_is_right_may_have_lost_its_worth(
    client: TestClient[Any], issued: bytes, life: Life, state: CertificateState, told: str
) -> None:
    _set(life, state=state)
    page = words(_hand_in(client, issued).text)
    assert told in page
    assert "persis seperti yang kami terbitkan" not in page
    changed = words(_hand_in(client, issued + b"\n").text)
    assert "Berkas ini telah diubah" in changed
    assert told in changed


def test_a_changed_file_is_exposed_beside_what_was_certified(client: TestClient[Any], issued: bytes) -> None:
    forged = io.BytesIO()
    with pikepdf.open(io.BytesIO(issued)) as document:
        document.docinfo["/Title"] = "Sertifikat Budi"
        document.save(forged)
    answer = _hand_in(client, forged.getvalue())
    page = words(answer.text)
    assert answer.status_code == 200
    assert "Berkas ini telah diubah" in page
    assert "Sertifikat ini sah" not in page
    assert "Siti Aminah" in page


def _blank() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Pilih dahulu berkas sertifikatnya."),
        (b"GIF89a", "Ini bukan PDF."),
        (b"%PDF-1.7 rusak", "PDF ini tidak dapat dibaca"),
        (_blank(), "Kami tidak menemukan sertifikat kami di berkas ini."),
        (b"%PDF-" + b"0" * 5 * 1024 * 1024, "Berkas ini terlalu besar"),
    ],
    ids=["none", "picture", "broken", "foreign", "large"],
)
def test_what_is_no_certificate_of_ours_is_told_at_its_field(
    client: TestClient[Any], life: Life, content: bytes, told: str
) -> None:
    answer = _hand_in(client, content)
    assert answer.status_code == 422
    assert told in words(answer.text)
    assert 'id="error-file"' in answer.text


def test_what_is_no_form_with_a_file_is_refused(client: TestClient[Any], life: Life) -> None:
    assert client.post("/v", data={"file": "x"}).status_code == 400
    assert client.post("/v", files={"other": (None, "x")}).status_code == 422
