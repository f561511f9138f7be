"""Signatures: valid to an independent program, broken by one byte, with a key that nobody else can read."""

from __future__ import annotations

import io
import random
import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from certificates.content import Failure
from certificates.renderer import ProcessRenderer
from certificates.signing import OWN_KEY, PadesSigner, SigningKey, load_pkcs12, own_key
from tests.certificates.looking import codes_in, information_of, picture_of, sample

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def pdf(renderer: ProcessRenderer) -> bytes:
    (drawn,) = renderer.render([sample()])
    assert not isinstance(drawn, Failure)
    return drawn


def judge(pdf: bytes, folder: Path) -> str:
    """Return what poppler says about the signatures of a PDF."""
    path = folder / "signed.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", "-nocert", str(path)], check=False, capture_output=True, text=True).stdout


def sign(signer: PadesSigner, pdf: bytes) -> bytes:
    return signer.sign(pdf, reason="atas partisipasinya sebagai peserta webinar", location="Perpustakaan Kota Batam")


def test_a_signed_certificate_is_valid_and_wholly_signed(signer: PadesSigner, pdf: bytes, tmp_path: Path) -> None:
    verdict = judge(sign(signer, pdf), tmp_path)
    assert "Signature is Valid." in verdict
    assert "Total document signed" in verdict
    assert "ETSI.CAdES.detached" in verdict


def test_one_changed_byte_is_noticed_wherever_it_is(signer: PadesSigner, pdf: bytes, tmp_path: Path) -> None:
    signed = sign(signer, pdf)
    assert signed.startswith(pdf)
    # Anywhere in the certificate itself; what follows is the signature and the tables that lead to it.
    places = random.Random(20261212).sample(range(20, len(pdf) - 200), 25)
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 0x01
        assert "Signature is Valid." not in judge(bytes(changed), tmp_path), place


def test_the_signature_is_invisible_and_keeps_the_tags(signer: PadesSigner, pdf: bytes, tmp_path: Path) -> None:
    signed = sign(signer, pdf)
    assert information_of(signed, tmp_path)["Tagged"] == "yes"
    before, after = picture_of(pdf, tmp_path, 60), picture_of(signed, tmp_path, 60)
    assert before.tobytes() == after.tobytes()
    assert codes_in(picture_of(signed, tmp_path)) == [sample().verify_url]
    with pikepdf.open(io.BytesIO(signed)) as document:
        (field,) = document.Root.AcroForm.Fields
        hidden = 2
        assert int(field.F) & hidden == hidden
        assert str(field.TU) == "Digital signature of the issuer"
        assert max(float(edge) for edge in field.Rect) < 0


def test_the_own_key_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    first = own_key(tmp_path / "keys", "Perpustakaan Kota Batam", real_now=NOW)
    assert own_key(tmp_path / "keys", "Another name", real_now=NOW) == first
    assert stat.S_IMODE((tmp_path / "keys" / OWN_KEY).stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "keys").iterdir()] == [OWN_KEY]
    assert first.expires_at > NOW + timedelta(days=19 * 365)
    certificate = x509.load_der_x509_certificate(first.certificate)
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert "Perpustakaan Kota Batam" in certificate.subject.rfc4514_string()


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    keys: list[SigningKey] = []
    start = threading.Barrier(8)

    def process() -> None:
        start.wait()
        keys.append(own_key(tmp_path, "Perpustakaan", real_now=NOW))

    threads = [threading.Thread(target=process) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert [each.name for each in tmp_path.iterdir()] == [OWN_KEY]


def given_key(kind: str, folder: Path) -> Path:
    """Write a PKCS#12 file as an authority would give it: a key, its certificate and its issuer's."""
    curve = ec.SECP256R1()
    issuer_key = ec.generate_private_key(curve)
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(curve)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Otoritas Sertifikat Contoh")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Dinas Perpustakaan")])

    def certify(name: x509.Name, public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, ca: bool) -> x509.Certificate:
        return (
            x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .sign(issuer_key, hashes.SHA256())
        )  # fmt: skip

    root = certify(issuer, issuer_key.public_key(), ca=True)
    leaf = certify(subject, key.public_key(), ca=False)
    path = folder / f"{kind}.p12"
    encryption = serialization.BestAvailableEncryption(b"rahasia")
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"acara", key, leaf, [root], encryption))
    return path


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_key_that_was_given_signs_with_its_chain(kind: str, pdf: bytes, tmp_path: Path) -> None:
    key = load_pkcs12(given_key(kind, tmp_path), "rahasia")
    verdict = judge(sign(PadesSigner(key), pdf), tmp_path)
    assert "Signature is Valid." in verdict
    assert "Dinas Perpustakaan" in verdict
    assert len(key.issuers) == 1


def test_a_wrong_password_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="password"):
        load_pkcs12(given_key("ec", tmp_path), "salah")
