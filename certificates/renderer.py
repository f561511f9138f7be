"""Who draws certificates for `certificates.delivery`: child processes, so that the service stays fast and safe."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from certificates import rendering
from certificates.content import CertificateContent, Failure
from events.media.processes import ChildDied, ChildFailed, ChildProcesses, ChildTimedOut
from events.media.typefaces import Foundry

SECONDS_EACH = 20.0
"""A certificate takes a twentieth of a second; one that takes this long was made to."""


class Renderer(Protocol):
    """Draws certificates."""

    def render(self, contents: Sequence[CertificateContent]) -> Generator[bytes | Failure]:
        """Yield the PDF of each certificate, or why there is none, in the same order, each as soon as it is drawn.

        Raises at the call itself where no certificate could be drawn.
        """
        ...


class ProcessRenderer:
    """Draws in child processes, as many at once as there are; nothing starts before the first certificate."""

    def __init__(self, children: ChildProcesses, faces_dir: Path, *, seconds_each: float = SECONDS_EACH) -> None:
        self._children = children
        self._faces_dir = str(faces_dir)
        self._seconds_each = seconds_each
        self._foundry = Foundry(children, faces_dir)

    def render(self, contents: Sequence[CertificateContent]) -> Generator[bytes | Failure]:
        """Draw all of `contents`; one that fails or takes too long does not harm the others."""
        # Typefaces are cut once an installation, which must not count as a certificate's time; nor must it be one
        # certificate's fault where that fails, so it is done before the first is asked for.
        self._foundry.provide(rendering.faces_of({content.design for content in contents}))
        return self._draw(contents)

    def _draw(self, contents: Sequence[CertificateContent]) -> Generator[bytes | Failure]:
        calls = [(content, self._faces_dir) for content in contents]
        with closing(self._children.run_each(rendering.render, calls, timeout=self._seconds_each)) as results:
            for result in results:
                yield _failure(result) if isinstance(result, ChildFailed) else result


def _failure(error: ChildFailed) -> Failure:
    reasons: dict[type[ChildFailed], str] = {ChildTimedOut: "took_too_long", ChildDied: "renderer_died"}
    return Failure(reasons.get(type(error), "not_drawn"), str(error))
