"""Whatever colours an organiser chooses, text can be read, by day and by night."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from events.brand import Brand, contrast
from service.web.brandsheet import digest, stylesheet

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
PAIRS = (("paper", "ink"), ("primary", "on-primary"), ("accent", "on-accent"), ("paper", "link"))


def _colours(sheet: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6});", sheet))


@given(COLOURS, COLOURS, COLOURS, COLOURS)
def test_every_pair_keeps_a_contrast_of_four_and_a_half(primary: str, accent: str, paper: str, ink: str) -> None:
    found = _colours(stylesheet(Brand(primary=primary, accent=accent, paper=paper, ink=ink)))
    ratios = {
        f"{scheme}: {text} on {ground}": contrast(found[f"{scheme}-{ground}"], found[f"{scheme}-{text}"])
        for scheme in ("light", "dark")
        for ground, text in PAIRS
    }
    ratios["dark: ink on band"] = contrast(found["dark-band"], found["dark-ink"])
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}


def test_the_address_changes_with_the_colours_only() -> None:
    plain = Brand()
    assert digest(plain) == digest(Brand(tone="young", hashtags=("Batam",)))
    assert digest(plain) != digest(Brand(accent="#00ff00"))
