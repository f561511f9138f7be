"""Headless Chromium for pages, and axe-core for who cannot see them."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.polling import PATIENCE
from tests.support.sizes import FULL

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

LOOKS = list(itertools.product(("id", "en"), ("light", "dark"))) if FULL else [("id", "light"), ("en", "dark")]
"""Languages with appearances. Colours know no language and words no colour: two looks show what four would."""

expect.set_options(timeout=PATIENCE * 1000)


@contextmanager
def launch() -> Iterator[Browser]:
    """Run the system's Chromium for as long as the context lasts."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "Chromium is missing: deploy/system-packages.sh installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def assert_accessible(page: Page, *, rules: Sequence[str] | None = None) -> None:
    """Fail with every rule of axe-core that the page breaks, and where; with `rules`, of those alone."""
    wanted: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        wanted["runOnly"] = {"type": "rule", "values": list(rules)}
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("wanted => axe.run(wanted).then(found => found.violations)", wanted)
    told = [
        f"{each['id']} ({each['impact']}): {each['help']}\n"
        + "\n".join(f"    {node['target']} {json.dumps(node['html'])[:200]}" for node in each["nodes"])
        for each in violations
    ]
    assert not told, f"{page.url} breaks {len(told)} rules:\n" + "\n".join(told)
