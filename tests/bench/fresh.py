"""Certificates as one would make them first: one by one, little kept between them, signed by pyHanko as it comes.

``python -m tests.bench.fresh FILE`` reads a pickle ``(contents, key, faces_dir)``, makes the PDF of each and prints how
many that were per second. Fonts, stylesheet, background and signer are new for each; templates are compiled once. The
design, the typefaces, the tags (PDF/UA-1) and the kind of signature are those of ours.
"""

from __future__ import annotations

import io
import pickle
import sys
import time
from pathlib import Path
from typing import Any, cast

import weasyprint
from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates import rendering
from certificates.content import CertificateContent
from certificates.fitting import fit, measure_of
from certificates.signing import SigningKey
from events.media import typefaces


def make(content: CertificateContent, key: SigningKey, faces_dir: Path) -> bytes:
    """Return one signed certificate."""
    return _sign(_draw(content, faces_dir), key)


def _draw(content: CertificateContent, faces_dir: Path) -> bytes:
    design = rendering._DESIGNS[content.design]
    templates = rendering._environment()
    made = typefaces.make(faces_dir, design.faces)

    def fitted(text: str, box: rendering.Box) -> dict[str, Any]:
        measure = measure_of(faces_dir / box.face.file_name)
        size, lines = fit(text, measure, width=box.width, sizes=box.sizes, lines=box.lines)
        return {"size": size, "lines": lines}

    html = templates.get_template(f"{content.design}/certificate.html").render(
        c=content,
        qr=rendering._qr(content.verify_url, content.colours.ink),
        logo=rendering._image_uri(content.logo),
        name=fitted(content.name, design.name),
        title=fitted(content.event_title, design.title),
    )
    ornament = templates.get_template(f"{content.design}/ornament.svg").render(colours=content.colours)
    background = rendering._data_uri("image/svg+xml", ornament.encode())
    css = typefaces.stylesheet(made) + templates.get_template(f"{content.design}/certificate.css").render(
        colours=content.colours
    )
    css += f"@page {{ background: url({background}) no-repeat 0 0 / 100% 100% }}"
    fonts = weasyprint.text.fonts.FontConfiguration()
    sheet = weasyprint.CSS(string=css, font_config=fonts, url_fetcher=_fetcher(faces_dir))
    document = weasyprint.HTML(string=html, url_fetcher=weasyprint.urls.URLFetcher(allowed_protocols={"data"}))
    pdf: bytes = document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
    return pdf


def _fetcher(faces_dir: Path) -> Any:
    own = weasyprint.urls.URLFetcher(allowed_protocols={"data"})

    def fetch(url: str, *args: Any, **kwargs: Any) -> Any:
        scheme, _, name = url.partition(":")
        if scheme != typefaces.SCHEME:
            return own.fetch(url, *args, **kwargs)
        return weasyprint.urls.URLFetcherResponse(url, (faces_dir / Path(name).name).read_bytes())

    return fetch


def _sign(pdf: bytes, key: SigningKey) -> bytes:
    store: Any = cast("Any", SimpleCertificateStore)()
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate),
        signing_key=keys.PrivateKeyInfo.load(key.private_key),
        cert_registry=store,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Certificate", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, certify=True
    )
    out = io.BytesIO()
    field = fields.SigFieldSpec(sig_field_name="Certificate")
    signers.PdfSigner(metadata, signer=signer, new_field_spec=field).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out
    )
    return out.getvalue()


def main(file: Path) -> None:
    """Make every certificate of the file; the first, with which modules and libraries are loaded, is not counted."""
    contents, key, faces_dir = pickle.loads(file.read_bytes())
    make(contents[0], key, faces_dir)
    began = time.monotonic()
    for content in contents:
        assert make(content, key, faces_dir).startswith(b"%PDF")
    print(len(contents) / (time.monotonic() - began))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
