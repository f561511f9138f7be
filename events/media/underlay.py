"""A page of PDF beneath another: what is the same on every print is drawn and compressed once, and laid under the rest.

Ornaments cost more than the words that stand on them: WeasyPrint would draw every curve again for every print.
"""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any


def prepare(page: bytes) -> bytes:
    """Return the first page of a PDF as something that `lay_under` copies as it is, without compressing it again."""
    pikepdf = _pikepdf()
    with pikepdf.open(io.BytesIO(page)) as drawn, pikepdf.new() as ready:
        ready.Root.Ground = ready.copy_foreign(drawn.pages[0].as_form_xobject())
        return _saved(ready)


def lay_under(page: bytes, ground: bytes) -> bytes:
    """Return the PDF `page` with what was prepared as `ground` beneath its first page; both are equally large.

    The ground is marked as an artifact (ISO 14289-1 §7.1), so that a tagged page stays as it was to those who listen.
    """
    pikepdf = _pikepdf()
    with pikepdf.open(io.BytesIO(page)) as pdf, pikepdf.open(io.BytesIO(ground)) as beneath:
        first = pdf.pages[0]
        name = first.add_resource(pdf.copy_foreign(beneath.Root.Ground), pikepdf.Name.XObject)
        first.contents_add(f"/Artifact BMC q {name} Do Q EMC\n".encode(), prepend=True)
        return _saved(pdf)


def _saved(pdf: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _pikepdf() -> Any:
    """Import pikepdf: some tens of milliseconds that only a drawing process should pay."""
    return import_module("pikepdf")
