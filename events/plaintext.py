"""What people typed, made fit for a header, a calendar line or a mail: no control characters, nothing unseen.

Forms refuse control characters already; these functions are the second wall, for texts from anywhere (imports, the
API, older rows). A name is never refused here: what cannot stand in a line is left out.
"""

from __future__ import annotations

import re

_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""C0 and C1 controls except tab and newline, bidirectional overrides (they make a text read as another) and
lone surrogates (they cannot be encoded)."""
_SPACES = re.compile("[\\s\u200b]+")


def one_line(text: str) -> str:
    """Return `text` as one line: line ends and runs of space become one space, controls vanish."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # as nearly all are; what follows takes ten times as long
    return _SPACES.sub(" ", _CONTROLS.sub("", _LINE_ENDS.sub(" ", text))).strip()


def lines(text: str) -> str:
    """Return `text` with plain newlines and without controls; blank lines stay."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ").strip()
