"""The demonstration, as `make demo` plays it: everything that should arrive does, once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(900)
def test_everything_arrives_and_the_exit_code_says_so(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "service.cli", "demo", "--folder", str(tmp_path / "demo"), "--port", "0"],
        env=os.environ | {"ACARA_DEMO_SERVE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]
    assert "✗" not in answer.stdout
    mails = list((tmp_path / "demo" / "mails").iterdir())
    assert len(mails) > 500
