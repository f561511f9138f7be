"""Headless Chromium for pages, and axe-core for who cannot see them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.polling import PATIENCE

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
    wanted = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
    violations = Axe().run(page, options=wanted).response["violations"]
    told = [
        f"{each['id']} ({each['impact']}): {each['help']}\n"
        + "\n".join(f"    {node['target']} {json.dumps(node['html'])[:200]}" for node in each["nodes"])
        for each in violations
    ]
    assert not told, f"{page.url} breaks {len(told)} rules:\n" + "\n".join(told)
