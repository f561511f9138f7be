"""The shell scripts: read by ShellCheck, and run by somebody who is not root on a machine that has nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, SCRIPTS

SCRIPT = DEPLOY / "system-packages.sh"
RUN = ["python3-venv", "libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
TESTS = ["chromium", "poppler-utils", "qpdf", "libical3", "libatomic1"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing_to_say(path: Path) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    checked = subprocess.run([shellcheck, "--severity=style", path], capture_output=True, text=True, check=False)
    assert (checked.stdout + checked.stderr, checked.returncode) == ("", 0)


@pytest.fixture
def bare() -> Iterator[Path]:
    """A folder of programs for PATH: a machine with a shell whose loader knows no library, and whose user is nobody.

    It is not pytest's own folder, which is closed to others.
    """
    with tempfile.TemporaryDirectory(prefix="acara-bare-") as folder:
        programs = Path(folder)
        programs.chmod(0o755)
        shell = shutil.which("bash")
        assert shell is not None
        (programs / "bash").symlink_to(shell)
        _program(programs, "python3", "exit 1")
        _program(programs, "ldconfig", "echo '0 libs found'")
        _program(programs, "id", "echo 65534")
        yield programs


def _program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/bash\n{body}\n")
    path.chmod(0o755)


def _run(programs: Path, *parts: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(programs), "HOME": str(programs)}
    return subprocess.run(
        ["/bin/bash", SCRIPT, *parts], env=environment, capture_output=True, text=True, check=False, cwd=programs
    )


def test_who_is_not_root_is_told_the_one_command(bare: Path) -> None:
    told = _run(bare, "run", "tests")
    assert (told.returncode, told.stdout) == (1, "")
    first, command = told.stderr.splitlines()
    assert first == "These packages are missing. Please run once, then try again:"
    asked = command.strip().removeprefix("sudo apt-get update && sudo apt-get install -y --no-install-recommends ")
    fonts = [name for name in asked.split() if name.startswith("fonts-")]  # by file, which cannot be hidden here
    assert [name for name in asked.split() if name not in fonts] == [*RUN, *TESTS]


def test_root_installs_and_says_so(bare: Path) -> None:
    _program(bare, "id", "echo 0")
    _program(bare, "apt-get", f'echo "$@" >> {bare}/asked')
    told = _run(bare, "tests")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == f"Installing from Debian: {' '.join(TESTS)}\n"
    asked = (bare / "asked").read_text().splitlines()
    assert asked == ["-qq update", f"-qq install -y --no-install-recommends {' '.join(TESTS)}"]


def test_failed_installation_is_not_taken_for_a_success(bare: Path) -> None:
    _program(bare, "id", "echo 0")
    _program(bare, "apt-get", "echo 'E: Unable to locate package' >&2; exit 100")
    assert _run(bare, "tests").returncode == 100


def test_nothing_is_said_where_nothing_is_missing(bare: Path) -> None:
    for name in ("chromium", "pdftoppm", "qpdf"):
        _program(bare, name, "exit 0")
    # What is sought comes first in a long list: nobody may stop listening there.
    _program(bare, "ldconfig", "echo 'libatomic.so.1 => a'; echo 'libical.so.3 => b'; printf '%099999d\\n' 0 0 0")
    told = _run(bare, "tests")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_part_that_does_not_exist_is_refused(bare: Path) -> None:
    assert _run(bare, "demo").returncode == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_the_real_nobody_may_run_it(bare: Path) -> None:
    """With the real `id`, and from standard input, for the checkout may lie in a private folder."""
    (bare / "id").unlink()
    (bare / "id").symlink_to("/usr/bin/id")
    command = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/bash", "-s", "tests"]
    with SCRIPT.open() as script:
        told = subprocess.run(
            command, stdin=script, env={"PATH": str(bare)}, capture_output=True, text=True, check=False, cwd="/"
        )
    assert (told.returncode, told.stderr.splitlines()[-1].split()[-len(TESTS) :]) == (1, TESTS)
