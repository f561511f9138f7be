"""Typefaces for what is printed: static, subsetted files made from the font packages that are installed.

PDF knows no variable fonts, and a whole family is a megabyte, so each weight is cut out once: Latin with all its
diacritics and punctuation. Other scripts fall back to the fonts of the system. Needs no network: the fonts come as
packages, under the Open Font License, and stay unmodified where they are.
"""

from __future__ import annotations

import functools
import io
import os
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import fontpkg

from events.media.processes import ChildFailed, ChildProcesses

SCHEME = "acara-face"
"""Scheme of the addresses by which `stylesheet` names its files; only a design's own stylesheet may read them."""

_PATIENCE = 120.0
"""Seconds for one typeface; it takes one."""

_LATIN = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x2B0, 0x370),  # modifier letters and combining marks
    *range(0x1E00, 0x1F00),
    *range(0x2000, 0x2070),
    0x20AC, 0x2116, 0x2122, 0x2190, 0x2192, 0x2212,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Face:
    """One weight of one family, upright or italic."""

    family: str
    weight: int = 400
    italic: bool = False

    @property
    def file_name(self) -> str:
        """Return the name of its file, such as ``fraunces-600-italic-1.000.ttf``; a new version gets a new file."""
        slug = self.family.lower().replace(" ", "-")
        style = "-italic" if self.italic else ""
        return f"{slug}-{self.weight}{style}-{_version(self.family)}.ttf"


def make(folder: Path, faces: Iterable[Face]) -> list[Face]:
    """Make the files of `faces` in `folder` unless they are there; return those whose family is installed.

    About half a second a face, once. Any number of processes may do it at the same time.
    """
    made: list[Face] = []
    for face in faces:
        try:
            source = fontpkg.path(face.family, weight=face.weight, style="italic" if face.italic else "normal")
        except fontpkg.FontpkgError:
            continue
        target = folder / face.file_name
        if not target.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as unfinished:
                unfinished.write(_cut(source, face))
            os.replace(unfinished.name, target)  # noqa: PTH105 - atomic, whoever else is making it
        made.append(face)
    return made


class Foundry:
    """Makes typefaces in child processes, each once, before something is drawn that would otherwise wait for them."""

    def __init__(self, children: ChildProcesses, folder: Path) -> None:
        """`folder` is where `make` keeps the files."""
        self.folder = folder
        self._children = children
        self._made: set[Face] = set()
        self._lock = threading.Lock()

    def provide(self, faces: Iterable[Face]) -> None:
        """Return when the files of `faces` are there; raises `ChildFailed`. May be called by many threads at once."""
        with self._lock:  # whoever comes second waits for what the first has made, instead of making it as well
            missing = [face for face in faces if face not in self._made]
            calls = [(self.folder, face) for face in missing]
            for result in self._children.run_each(_make_one, calls, timeout=_PATIENCE):
                if isinstance(result, ChildFailed):
                    raise result
            self._made.update(missing)


def _make_one(folder: Path, face: Face) -> None:
    make(folder, [face])


def stylesheet(faces: Iterable[Face]) -> str:
    """Return the ``@font-face`` rules for files that `make` has made."""
    return "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; '
        f"font-style: {'italic' if face.italic else 'normal'}; src: url({SCHEME}:{face.file_name}) }}"
        for face in faces
    )


@functools.cache
def _version(family: str) -> str:
    try:
        return str(fontpkg.family(family).version)
    except fontpkg.FontpkgError:
        return "0"


def _cut(source: Path, face: Face) -> bytes:
    """Return `source` with its axes pinned (weight as asked, the optical size for display) and Latin only."""
    # A third of a second to import, and only the first start of an installation needs it. No types are shipped.
    subset: Any = import_module("fontTools.subset")
    instancer: Any = import_module("fontTools.varLib.instancer")
    font: Any = import_module("fontTools.ttLib").TTFont(source)
    options = subset.Options(hinting=False, notdef_outline=True)
    options.layout_features += ["lnum", "pnum", "tnum"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=_LATIN)
    subsetter.subset(font)
    if "fvar" in font:
        wanted = {"wght": float(face.weight), "opsz": 72.0}
        pins = {
            axis.axisTag: min(max(wanted.get(axis.axisTag, axis.defaultValue), axis.minValue), axis.maxValue)
            for axis in font["fvar"].axes
        }
        font = instancer.instantiateVariableFont(font, pins, inplace=True)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


if __name__ == "__main__":
    make(Path(sys.argv[1]), [Face(family) for family in fontpkg.families()])
