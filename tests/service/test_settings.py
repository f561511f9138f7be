"""Settings: typed, documented, and a secret key that is made once."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from service.settings import Settings, secret_key_of


def test_every_setting_is_documented() -> None:
    undocumented = [name for name, field in Settings.model_fields.items() if not field.description]
    assert undocumented == []


def test_defaults_are_the_embedded_shape(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert settings.database_address == f"sqlite:///{tmp_path}/acara.sqlite3"
    assert settings.files_address == f"file://{tmp_path}/files"
    assert (settings.broker_kind, settings.works_in_process, settings.secure_cookies) == ("memory", True, False)


@pytest.mark.parametrize(
    ("address", "kind"),
    [("redis://localhost", "redis"), ("rediss://u:p@h:1/2", "redis"), ("amqp://localhost", "rabbitmq")],
)
def test_broker_address_decides_the_kind_and_moves_work_elsewhere(address: str, kind: str) -> None:
    settings = Settings(broker_url=SecretStr(address))
    assert (settings.broker_kind, settings.works_in_process) == (kind, False)


@pytest.mark.parametrize("address", ["acara.example", "ftp://acara.example", "https://", "https://a.example/?q=1"])
def test_public_address_must_be_absolute(address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(base_url=address)


def test_short_secret_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings(secret_key=SecretStr("short"))


def test_secret_key_is_made_once_even_by_eight_starters(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key_of(settings), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def acara(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])} | variables
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_command_prints_every_setting_with_secrets_masked(tmp_path: Path) -> None:
    answer = acara("settings", ACARA_SECRET_KEY="x" * 40, ACARA_DATA_DIR=str(tmp_path))
    assert answer.returncode == 0
    lines = answer.stdout.splitlines()
    assert [line.split(" = ")[0] for line in lines[::2]] == [f"ACARA_{name.upper()}" for name in Settings.model_fields]
    assert "x" * 8 not in answer.stdout
    assert "ACARA_SECRET_KEY = **********" in lines


def test_wrong_setting_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    answer = acara("serve", ACARA_PORT="many", ACARA_DATA_DIR=str(tmp_path / "var"))
    assert answer.returncode == 2
    assert answer.stderr.startswith("ACARA_PORT: ")
    assert not (tmp_path / "var").exists()


HEAVY = ("weasyprint", "googleapiclient", "mastodon", "pyhanko", "litestar", "sqlalchemy", "alembic", "dramatiq")


def test_help_answers_without_loading_the_world() -> None:
    program = f"""
import sys
from service.cli import main
try:
    main(["--help"])
except SystemExit:
    print("\\nloaded:", sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "loaded: []"
