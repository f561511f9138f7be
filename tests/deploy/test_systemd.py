"""The systemd units: by systemd's own checker where there is one, and by what must hold everywhere."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, ROOT, UNITS

INSTALLED = "/opt/acara"
"""Where deploy/README.md has the technician put the code."""


def _parse(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the sections of a unit; keys may come more than once, which configparser does not take."""
    sections: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for line in path.read_text().splitlines():
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            assert name not in sections, name
            sections[name] = []
        elif line and not line.startswith(("#", ";")):
            key, sign, value = line.partition("=")
            assert sign == "=", line
            sections[name].append((key.strip(), value.strip()))
    return sections


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_to_say(path: Path, tmp_path: Path) -> None:
    """Checked with a program that may be run in place of the one that is installed there."""
    program = tmp_path / "acara"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / path.name.replace("@.", "@facts.")
    unit.write_text(path.read_text().replace(f"{INSTALLED}/.venv/bin", str(tmp_path)))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in (checked.stdout + checked.stderr).splitlines() if path.name.split("@")[0] in line]
    assert (said, checked.returncode) == ([], 0)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_unit_has_its_three_sections_and_starts_what_is_installed(path: Path) -> None:
    unit = _parse(path)
    assert list(unit) == ["Unit", "Service", "Install"]
    service = unit["Service"]
    starts = [value.split()[0] for key, value in service if key.startswith("ExecStart")]
    assert set(starts) == {f"{INSTALLED}/.venv/bin/acara"}
    once = dict(service)
    assert (once["EnvironmentFile"], once["WorkingDirectory"]) == ("/etc/acara.env", INSTALLED)
    documentation = dict(unit["Unit"])["Documentation"].removeprefix(f"file://{INSTALLED}/")
    assert (ROOT / documentation).is_file()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_service_may_write_where_the_example_keeps_its_data_and_nowhere_else(path: Path) -> None:
    once = dict(_parse(path)["Service"])
    data = next(
        line.partition("=")[2]
        for line in (DEPLOY / "env.example").read_text().splitlines()
        if line.startswith("ACARA_DATA_DIR=")
    )
    assert once["ProtectSystem"] == "strict"
    assert once["ReadWritePaths"] == data
    assert data == f"/var/lib/{once['StateDirectory']}"
    assert once["User"] != "root"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_service_has_longer_to_stop_than_it_takes(path: Path) -> None:
    """Workers are given thirty seconds to finish (`service.processes.running`); systemd must not kill them before."""
    assert int(dict(_parse(path)["Service"])["TimeoutStopSec"]) > 30
