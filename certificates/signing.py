"""Signing certificates with PAdES (ETSI EN 319 142-1), so that a PDF proves itself without us: one changed byte shows.

The key is the installation's own (made once, self-signed: readers say "signer unknown" but "not changed since") or one
that a recognised authority gave, as PKCS#12. The signature is an invisible field, hidden and off the page with a
readable name, which keeps PDF/UA-1 clean; PDF/A cannot be claimed beside it.
"""

from __future__ import annotations

import functools
import io
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OWN_KEY = "certificate-signing-key.pem"
_OWN_VALIDITY = timedelta(days=20 * 365)
"""The signature of a certificate that hangs on a wall should outlive the person who set up the server."""
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


class Signer(Protocol):
    """Signs PDFs."""

    def sign(self, pdf: bytes, *, reason: str, location: str) -> bytes:
        """Return `pdf` with a signature over every byte of it, dated by the real clock."""
        ...


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its certificate and the certificates of its issuers, as DER (the key is PKCS#8)."""

    private_key: bytes
    certificate: bytes
    issuers: tuple[bytes, ...] = ()

    @property
    def expires_at(self) -> datetime:
        """Return until when the certificate is valid; ``acara doctor`` warns before that."""
        return x509.load_der_x509_certificate(self.certificate).not_valid_after_utc


def load_pkcs12(path: Path, password: str) -> SigningKey:
    """Load the key that an authority gave. Raises `ValueError` for a wrong password or a file without a key."""
    bundle = pkcs12.load_pkcs12(path.read_bytes(), password.encode() or None)
    if bundle.key is None or bundle.cert is None:
        raise ValueError(f"{path.name} holds no key with its certificate")
    return _signing_key(bundle.key, bundle.cert.certificate, [each.certificate for each in bundle.additional_certs])


def own_key(folder: Path, organisation: str, *, real_now: datetime) -> SigningKey:
    """Load the installation's own key from `folder`, making it first where there is none (P-256, file mode 0600).

    Any number of processes may start at once: one key wins and all use it.
    """
    path = folder / OWN_KEY
    if not path.exists():
        _make_own_key(path, organisation, real_now=real_now)
    pem = path.read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    return _signing_key(key, x509.load_pem_x509_certificate(pem), [])


def _signing_key(key: Any, certificate: x509.Certificate, issuers: list[x509.Certificate]) -> SigningKey:
    encoding = serialization.Encoding.DER
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SigningKey(
        private, certificate.public_bytes(encoding), tuple(each.public_bytes(encoding) for each in issuers)
    )


def _make_own_key(path: Path, organisation: str, *, real_now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64] or "Acara"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation[:50] or 'Acara'} certificates"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(real_now - timedelta(days=1))
        .not_valid_after(real_now + _OWN_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)  # fails if another process was first, and then its key is the key
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


class PadesSigner:
    """Signs with a key that is loaded once: 13 ms instead of 20 with P-256, and none of 218 with RSA-3072 is loading.

    pyHanko is imported with the first signature, because it takes a third of a second.
    """

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        # Room for the signature, in hexadecimal digits. Given, pyHanko need not sign once more to find out.
        self._reserved = 2 * (4096 + len(key.certificate) + sum(map(len, key.issuers)))

    @property
    def certificate(self) -> bytes:
        """Return the X.509 certificate (DER) by which others check what was signed."""
        return self._key.certificate

    def sign(self, pdf: bytes, *, reason: str, location: str) -> bytes:
        """Return `pdf` certified: no change is allowed afterwards. Blocks for some milliseconds; safe in any thread."""
        return _pyhanko_sign(self._signer, self._reserved, pdf, reason=reason, location=location)

    @functools.cached_property
    def _signer(self) -> Any:
        return _pyhanko_signer(self._key)


def _pyhanko_signer(key: SigningKey) -> Any:
    from pyhanko.sign.signers.pdf_cms import SimpleSigner  # noqa: PLC0415 - heavy, see PadesSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415 - likewise

    asn1_keys: Any = import_module("asn1crypto.keys")
    asn1_x509: Any = import_module("asn1crypto.x509")
    loaded = serialization.load_der_private_key(key.private_key, password=None)

    class LoadedKeySigner(SimpleSigner):
        """A signer that does not load and check its key at every signature."""

        def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
            if isinstance(loaded, ec.EllipticCurvePrivateKey) and digest_algorithm == "sha256":
                return loaded.sign(data, ec.ECDSA(hashes.SHA256()))
            return super().sign_raw(data, digest_algorithm)

    store: Any = cast("Any", SimpleCertificateStore)()
    for issuer in key.issuers:
        store.register(asn1_x509.Certificate.load(issuer))
    return LoadedKeySigner(
        signing_cert=asn1_x509.Certificate.load(key.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(key.private_key),
        cert_registry=store,
    )


def _pyhanko_sign(signer: Any, reserved: int, pdf: bytes, *, reason: str, location: str) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - see PadesSigner
    from pyhanko.sign import fields, signers  # noqa: PLC0415 - likewise

    field = fields.SigFieldSpec(
        sig_field_name="Certificate",
        readable_field_name="Digital signature of the issuer",
        invis_sig_settings=fields.InvisSigSettings(set_print_flag=False, set_hidden_flag=True, box_out_of_bounds=True),
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Certificate",
        md_algorithm="sha256",
        reason=reason,
        location=location,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    pdf_signer: Any = signers.PdfSigner(metadata, signer=signer, new_field_spec=field)
    pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out, bytes_reserved=reserved)
    return out.getvalue()
