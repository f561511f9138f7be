"""No secret of the settings is ever read by people: every one is marked here, and looked for in all that is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.concealing import STARS, concealer
from service.settings import Settings

MARK = "geheim-7Q"
ODD = "p%40ss%3Aword-" + MARK
"""A password as an address writes it; what it means is ``p@ss:word-…``."""

_MARKED = {
    "ACARA_DATABASE_URL": f"postgresql+psycopg://acara:{ODD}@127.0.0.1:1/acara?connect_timeout=2",
    "ACARA_BROKER_URL": f"redis://:{ODD}@127.0.0.1:1/0",
    "ACARA_SMTP_URL": f"smtp://acara:{ODD}@127.0.0.1:1",
    "ACARA_FILES_URL": f"s3://acara:{MARK}@bucket/prefix?endpoint=http://127.0.0.1:1&secret_access_key={MARK}",
    "ACARA_SECRET_KEY": f"{MARK}-key-" + "x" * 32,
    "ACARA_OLD_SECRET_KEYS": json.dumps([f"{MARK}-old-" + "x" * 32]),
    "ACARA_YOUTUBE_CLIENT_ID": "a-name-and-no-secret",
    "ACARA_YOUTUBE_CLIENT_SECRET": f"{MARK}-youtube",
    "ACARA_YOUTUBE_API_ROOT": f"http://acara:{MARK}@127.0.0.1:1/",
    "ACARA_YOUTUBE_TOKEN_URL": f"http://acara:{MARK}@127.0.0.1:1/token",
    "ACARA_MASTODON_URL": f"http://acara:{MARK}@127.0.0.1:1",
    "ACARA_MASTODON_TOKEN": f"{MARK}-mastodon",
    "ACARA_SIGNING_PASSWORD": f"{MARK}-signing",
    "ACARA_DKIM_KEY": f"{MARK}-dkim",
    "ACARA_INBOX_URL": f"imap://acara:{ODD}@127.0.0.1:1/INBOX",
    "ACARA_WHATSAPP_PHONE_ID": "15550001",
    "ACARA_WHATSAPP_TOKEN": f"{MARK}-whatsapp",
    "ACARA_WHATSAPP_SECRET": f"{MARK}-app",
    "ACARA_WHATSAPP_VERIFY_TOKEN": f"{MARK}-verify",
    "ACARA_WHATSAPP_API_ROOT": "http://127.0.0.1:1",
    "ACARA_TELEGRAM_TOKEN": f"1234:{MARK}-telegram",
    "ACARA_TELEGRAM_API_ROOT": "http://127.0.0.1:1",
}


def _acara(folder: Path, *arguments: str, **settings: str) -> str:
    """Return everything that a command writes, on both of its lines out."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")}
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        env=environment | {"ACARA_DATA_DIR": str(folder)} | settings,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.stdout


def test_every_secret_setting_is_marked_here() -> None:
    secret = {f"ACARA_{name.upper()}" for name, field in Settings.model_fields.items() if "Secret" in str(field)}
    assert secret - _MARKED.keys() == set()


@pytest.mark.parametrize("arguments", [("settings",), ("doctor",), ("serve",), ("facts",)])
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_command_writes_a_secret(tmp_path: Path, arguments: tuple[str, ...], log_format: str) -> None:
    said = _acara(tmp_path, *arguments, **_MARKED, ACARA_LOG_FORMAT=log_format, ACARA_LOG_LEVEL="debug")
    assert said
    assert MARK not in said
    assert "p@ss" not in said
    if arguments == ("doctor",):
        assert "database" in said
        assert "files" in said


def test_settings_show_everything_else(tmp_path: Path) -> None:
    said = _acara(tmp_path, "settings", **_MARKED)
    assert "ACARA_YOUTUBE_CLIENT_ID = a-name-and-no-secret" in said
    assert f"ACARA_MASTODON_URL = http://acara:{STARS}@127.0.0.1:1" in said


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_log_line_holds_a_secret_not_even_a_traceback(tmp_path: Path, log_format: str) -> None:
    program = """
import logging
from service.logs import configure
from service.settings import Settings

settings = Settings()
configure(settings)
log = logging.getLogger("any")
log.warning("cannot reach %s", settings.database_address, extra={"broker": settings.broker_url.get_secret_value()})
try:
    raise OSError(f"login as acara with p@ss:word-geheim-7Q failed: {settings.smtp_url.get_secret_value()}")
except OSError:
    log.exception("sending failed")
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment | _MARKED | {"ACARA_DATA_DIR": str(tmp_path), "ACARA_LOG_FORMAT": log_format},
        text=True,
        capture_output=True,
        check=True,
    )
    assert MARK not in done.stderr
    assert ("sending failed" in done.stderr, "127.0.0.1:1/acara" in done.stderr) == (True, True)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_what_people_typed_stands_in_no_traceback(tmp_path: Path, log_format: str) -> None:
    program = """
import logging
import sqlalchemy as sa
from service.database.engines import open_engine
from service.logs import configure
from service.settings import Settings

settings = Settings()
configure(settings)
engine = open_engine(f"sqlite:///{settings.data_dir}/x.sqlite", connections=1, writing=True)

def save(password, email):
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO nowhere VALUES (:email)"), {"email": email})

try:
    save("tiga " + "kucing", "siti" + "@example.org")
except sa.exc.OperationalError:
    logging.getLogger("any").exception("saving failed")
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment | {"ACARA_DATA_DIR": str(tmp_path), "ACARA_LOG_FORMAT": log_format},
        text=True,
        capture_output=True,
        check=True,
    )
    assert "no such table: nowhere" in done.stderr
    assert "in save" in done.stderr
    assert [typed for typed in ("tiga kucing", "siti@example.org") if typed in done.stderr] == []


def test_a_short_secret_leaves_json_its_own_words(tmp_path: Path) -> None:
    program = """
from service.logs import configure
from service.settings import Settings
import structlog

configure(Settings())
structlog.get_logger("any").info("serving", works=True, url="http://event.example", event_id=7)
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACARA_")}
    secrets = {
        "ACARA_BROKER_URL": "rediss://:true@127.0.0.1:1/0",
        "ACARA_DATABASE_URL": "postgresql+psycopg://a:event@127.0.0.1:1/a",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment | secrets | {"ACARA_DATA_DIR": str(tmp_path), "ACARA_LOG_FORMAT": "json"},
        text=True,
        capture_output=True,
        check=True,
    )
    line = json.loads(done.stderr)
    assert (line["event"], line["works"], line["event_id"]) == ("serving", True, 7)
    assert line["url"] == f"http://{STARS}.example"


def test_what_is_no_secret_is_left_alone() -> None:
    conceal = concealer(
        Settings(smtp_url=SecretStr("smtp://acara:rahasia@mail.example:587?starttls=1"), secret_key=None)
    )
    assert conceal("mail.example:587 refuses rahasia: starttls=1") == f"mail.example:587 refuses {STARS}: starttls=1"


def test_without_secrets_nothing_is_replaced(tmp_path: Path) -> None:
    assert concealer(Settings(data_dir=tmp_path))("a text of any kind") == "a text of any kind"
