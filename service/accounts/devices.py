"""A browser in plain words: what people recognise in a list of their own devices, and no more than that is kept."""

from __future__ import annotations

import re

# The first that fits counts: most browsers also claim to be those below them.
_BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\b(?:OPR|Opera)[/ ]"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("UC Browser", r"\bUC ?Browser/|\bUBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMac(?:intosh| OS X)\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)
_PROGRAM = re.compile(r"[A-Za-z][\w.\-]{0,30}")


def device_of(user_agent: str | None) -> str:
    """Return ``Firefox · Windows`` for a browser, the bare name for a program, and nothing for nothing (at most 40)."""
    said = (user_agent or "")[:500]
    found = [next((name for name, sign in signs if re.search(sign, said)), "") for signs in (_BROWSERS, _SYSTEMS)]
    if any(found):
        return " · ".join(filter(None, found))
    program = _PROGRAM.match(said)
    return program.group() if program else ""
