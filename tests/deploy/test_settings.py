"""Every variable that a file or page names is a setting, and every setting is explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.settings import Settings
from tests.deploy.files import DEPLOY, PAGES, ROOT

NOT_SETTINGS = {
    "ACARA_HOST_NAME": DEPLOY / "compose.embedded.yaml",
    "ACARA_DEMO_SERVE": ROOT / "service/demo/driver.py",
    "ACARA_TEST_SIZE": ROOT / "tests/support/sizes.py",
    "ACARA_TEST_PROCESSES": ROOT / "Makefile",
}
"""Variables that are not the service's, and who reads them."""

FILES = [*(path for path in sorted(DEPLOY.rglob("*")) if path.is_file()), *PAGES, ROOT / "Makefile"]
SETTINGS = {f"ACARA_{name.upper()}" for name in Settings.model_fields}
_VARIABLE = re.compile(r"\bACARA_[A-Z0-9]+(?:_[A-Z0-9]+)*(?!_?\*)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_variables_in_files_are_settings(path: Path) -> None:
    named = set(_VARIABLE.findall(path.read_text()))
    assert named - SETTINGS - set(NOT_SETTINGS) == set()


def test_the_example_names_settings() -> None:
    """The finding of variables finds them: otherwise the test above could not fail."""
    assert "ACARA_SECRET_KEY" in _VARIABLE.findall((DEPLOY / "env.example").read_text())


@pytest.mark.parametrize("name", NOT_SETTINGS)
def test_the_other_variables_are_read_by_somebody(name: str) -> None:
    assert name in NOT_SETTINGS[name].read_text()


def test_every_setting_is_explained() -> None:
    printed = CliRunner().invoke(main, ["settings"], env=dict.fromkeys(SETTINGS), catch_exceptions=False)
    assert printed.exit_code == 0
    lines = printed.output.splitlines()
    assert [line.split(" = ")[0] for line in lines[::2]] == [f"ACARA_{name.upper()}" for name in Settings.model_fields]
    unexplained = [name for name, meaning in zip(lines[::2], lines[1::2], strict=True) if len(meaning.strip()) < 20]
    assert unexplained == []


def _example(*, everything: bool) -> str:
    text = (DEPLOY / "env.example").read_text()
    return re.sub(r"^#([A-Z])", r"\1", text, flags=re.MULTILINE) if everything else text


@pytest.mark.parametrize("everything", [False, True])
def test_example_is_understood(everything: bool, tmp_path: Path) -> None:
    """As it is, and with every line that is commented out; what is left empty is as good as left out."""
    file = tmp_path / "env"
    file.write_text(_example(everything=everything))
    settings = Settings(_env_file=file)  # type: ignore[call-arg] # pydantic-settings takes it besides the fields
    assert settings.base_url == "https://acara.perpustakaan.example.go.id"
    assert settings.secret_key is None
    assert settings.youtube_client_id is None
    assert settings.broker_kind == ("redis" if everything else "memory")


def test_example_is_read_alike_by_systemd_compose_and_a_shell() -> None:
    """systemd and compose take ``NAME=value`` lines without ``export``; a shell also splits at spaces and at ``&``.

    `deploy/README.md` sources the file for `acara doctor`, so what a shell would take apart must be quoted. All three
    take single quotes as they stand, where nothing in them is a quote or a backslash.
    """
    for line in _example(everything=True).splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[A-Z_]+=(?:[^\s'\"&;|<>()$`\\#]*|\"[^\"$`\\]*\"|'[^'\\]*')", line), line
