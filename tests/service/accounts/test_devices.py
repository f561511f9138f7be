"""Browsers in plain words."""

from __future__ import annotations

import pytest

from service.accounts.devices import device_of

ANDROID = "Mozilla/5.0 (Linux; Android 14; CPH2239) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (ANDROID, "Chrome · Android"),
        (ANDROID.replace("Chrome/130", "SamsungBrowser/26.0 Chrome/122"), "Samsung Internet · Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox · Windows"),
        (ANDROID.replace("Linux; Android 14; CPH2239", "Windows NT 10.0") + " Edg/130.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18 Safari/605", "Safari · Mac"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("", ""),
        (None, ""),
        ("\x00<script>alert(1)</script>", ""),
        ("x" * 10_000, "x" * 31),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(agent: str | None, device: str) -> None:
    assert device_of(agent) == device
