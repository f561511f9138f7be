"""Every setting of an installation: read once from `ACARA_*` variables, typed, each with its meaning.

`acara settings` prints this list with the values in force. The defaults are the embedded shape: SQLite, workers in the
serving process, files in a folder.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from notifications.transport.quotas import PRESETS, Quota

ROLLING = "rolling"
"""A day of the relay that is the last 24 hours."""

BrokerKind = Literal["memory", "redis", "rabbitmq"]


class Settings(BaseSettings):
    """The settings; each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="ACARA_", env_ignore_empty=True, frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=Path("var"), description="Folder for the database, files and keys of the embedded shape."
    )
    base_url: str = Field(default="http://localhost:8000", description="Public address; every link begins with it.")
    host: str = Field(default="127.0.0.1", description="Address on which the web server listens.")
    port: int = Field(
        default=8000, description="Port on which the web server listens; 0 lets the system choose.", ge=0, le=65535
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Signs links, encrypts tokens (32 characters or more). Empty: made once, kept in the data folder.",
    )
    old_secret_keys: list[SecretStr] = Field(
        default_factory=list,
        description="Former secret keys, as a JSON list: what they encrypted can still be read, links of mails sent "
        "before go on working, and forms that were open when the key changed are still taken.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy address, e.g. postgresql+psycopg://acara:…@db/acara. Empty: SQLite in the data folder.",
    )
    database_pool: int = Field(default=4, description="Connections for writing per process (PostgreSQL).", ge=1, le=32)
    broker_url: SecretStr | None = Field(
        default=None,
        description="redis://… or amqp://… of the doorbell between processes. Empty: in memory, workers in `serve`.",
    )
    worker_threads: int = Field(
        default=5,
        description="Threads of one worker process, and of the workers inside `serve`. With one for each queue that it "
        "works off, no queue waits for another.",
        ge=1,
        le=64,
    )
    render_processes: int = Field(
        default=1, description="Child processes that draw certificates and posters.", ge=1, le=16
    )
    in_process_workers: bool | None = Field(
        default=None, description="Whether `serve` also works off the queues. Empty: yes exactly when no broker is set."
    )
    files_url: str | None = Field(
        default=None,
        description="Where files are kept: file:///folder or s3://bucket?endpoint=…&region=…. Empty: the data folder.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail relay: smtp://user:password@host:587?starttls=1 or smtps://…. Empty: .eml files.",
    )
    mail_provider: Literal["own", "gmail", "workspace", "brevo", "ses", "mailgun"] = Field(
        default="own",
        description="Whose relay it is, for its mails per day: gmail 500, workspace 2000, brevo 300, ses 200, mailgun "
        "100; own: no limit.",
    )
    mail_per_day: int | None = Field(
        default=None,
        description="Mails that the relay takes per day, where it is not the provider's number; 0: no limit.",
        ge=0,
        le=10_000_000,
    )
    mail_day: str | None = Field(
        default=None,
        description="When the relay's day begins anew: a time zone such as Asia/Jakarta (at its midnight), or rolling "
        "(the last 24 hours). Empty: as the provider counts.",
    )
    mail_paces: dict[str, int] = Field(
        default_factory=dict,
        description='Mails per minute to one domain, as JSON: {"gmail.com": 600}; 0: no limit. Large providers have '
        "one by default.",
    )
    mail_from: str = Field(default="perpustakaan@localhost", description="Sender address of every mail.")
    dkim_key: SecretStr | None = Field(
        default=None,
        description="Private key that signs mail (DKIM): a PEM, or the file that holds it; `acara dkim-key` makes one. "
        "Empty: the relay signs, or nobody.",
    )
    dkim_selector: str = Field(
        default="acara", description="Name of that key in DNS: <selector>._domainkey.<domain>.", pattern=r"^[a-z0-9-]+$"
    )
    dkim_domain: str | None = Field(
        default=None, description="Domain that mail is signed for. Empty: that of the sender address."
    )
    dns_server: str | None = Field(
        default=None,
        description="Name server (address or address:port) to ask about the sender's domain. Empty: the system's.",
    )
    mail_domain: str = Field(
        default="localhost", description="Domain in Message-ID and calendar UIDs; never change it once in use."
    )
    rsvp_address: str | None = Field(
        default=None, description="Address that receives partners' calendar answers. Empty: the sender address."
    )
    return_address: str | None = Field(
        default=None,
        description="Address that bounces come back to (envelope sender), with room for a tag: bounces@… becomes "
        "bounces+…@…. It must end up in the mailbox that is read, and the relay must let it be used. Empty: the "
        "sender address.",
    )
    inbox_url: SecretStr | None = Field(
        default=None,
        description="Mailbox of the address for answers: imaps://user:password@host:993/INBOX. Empty: none is read.",
    )
    trusted_mail_server: str | None = Field(
        default=None,
        description="Name by which your mail server signs Authentication-Results (authserv-id). Empty: not looked at.",
    )
    inbound_days: int = Field(
        default=180,
        description="Days after which what people wrote in answers and letters is forgotten.",
        ge=1,
        le=3650,
    )
    youtube_client_id: str | None = Field(
        default=None, description="OAuth client id of the Google project that may upload to YouTube."
    )
    youtube_client_secret: SecretStr | None = Field(
        default=None, description="OAuth client secret that belongs to the client id."
    )
    youtube_api_root: str | None = Field(
        default=None, description="Another root for the YouTube API; for stand-ins only."
    )
    youtube_token_url: str | None = Field(default=None, description="Another OAuth token address; for stand-ins only.")
    mastodon_url: str | None = Field(
        default=None, description="Address of the Mastodon server on which posts are published."
    )
    mastodon_token: SecretStr | None = Field(
        default=None, description="Access token of the Mastodon account (write:statuses write:media)."
    )
    network_roots: dict[str, str] = Field(
        default_factory=dict,
        description='Other addresses of networks that organisers connect, as JSON: {"telegram": "http://127.0.0.1:1"}; '
        "for stand-ins only.",
    )
    whatsapp_phone_id: str | None = Field(
        default=None, description="Id of the sending number at WhatsApp Cloud. Empty: no WhatsApp messages are sent."
    )
    whatsapp_token: SecretStr | None = Field(
        default=None, description="Access token of a system user that may send from that number."
    )
    whatsapp_account_id: str | None = Field(
        default=None, description="Id of the WhatsApp Business account; for handing wordings in only."
    )
    whatsapp_secret: SecretStr | None = Field(
        default=None, description="App secret with which Meta signs what it posts to /hooks/whatsapp."
    )
    whatsapp_verify_token: SecretStr | None = Field(
        default=None, description="The word that Meta repeats when /hooks/whatsapp is entered there."
    )
    whatsapp_api_root: str | None = Field(
        default=None, description="Another root for WhatsApp's API; for stand-ins only."
    )
    telegram_token: SecretStr | None = Field(
        default=None, description="Token of the Telegram bot. Empty: no Telegram messages are sent."
    )
    telegram_bot: str | None = Field(
        default=None, description="User name of that bot, without the @: people open its chat by it."
    )
    telegram_api_root: str | None = Field(
        default=None, description="Another root for Telegram's API; for stand-ins only."
    )
    signing_pkcs12: Path | None = Field(
        default=None,
        description="PKCS#12 file whose key signs certificates. Empty: a key is made and kept in the data folder.",
    )
    signing_password: SecretStr | None = Field(default=None, description="Password of that PKCS#12 file.")
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses of reverse proxies whose X-Forwarded-For is believed, separated by commas.",
    )
    public_posts_per_minute: int = Field(
        default=600,
        description="Registrations and other posts that one network address may send per minute; 0: no limit.",
        ge=0,
        le=100_000,
    )
    public_registrations_per_hour: int = Field(
        default=300,
        description="Registrations for one event that one network address may send per hour; 0: no limit. Staff may "
        "give an event another number.",
        ge=0,
        le=100_000,
    )
    public_mails_per_day: int = Field(
        default=20,
        description="Mails that anybody can have sent to one e-mail address per day, by registering it or asking for "
        "its link; 0: no limit.",
        ge=0,
        le=10_000,
    )
    public_form_seconds: float = Field(
        default=2,
        description="Seconds that a person takes at least to fill in a public form; what comes sooner is asked again.",
        ge=0,
        le=60,
    )
    mailbox_page: bool = Field(
        default=False,
        description="Show the .eml files on a staff page; only without a mail relay, for trying things out.",
    )
    clock_file: Path | None = Field(
        default=None, description="File that moves the business clock; for the demonstration only."
    )
    log_format: Literal["text", "json"] = Field(default="text", description="How logs are written to standard error.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe log lines that are written."
    )

    @field_validator("base_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("an absolute http:// or https:// address is needed")
        return value.rstrip("/")

    @field_validator("mail_day")
    @classmethod
    def _known_day(cls, value: str | None) -> str | None:
        if value is not None and value != ROLLING:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise ValueError("a time zone such as Asia/Jakarta, or rolling, is needed") from error
        return value

    @field_validator("mail_paces")
    @classmethod
    def _possible_paces(cls, value: dict[str, int]) -> dict[str, int]:
        if any(pace < 0 for pace in value.values()):
            raise ValueError("mails per minute cannot be negative")
        return {domain.strip().lower(): pace for domain, pace in value.items()}

    @model_validator(mode="after")
    def _long_enough(self) -> Settings:
        if self.secret_key is not None and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("ACARA_SECRET_KEY needs at least 32 characters")
        return self

    @property
    def database_address(self) -> str:
        """The database's SQLAlchemy address; SQLite in the data folder where none is set."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'acara.sqlite3'}"

    @property
    def broker_kind(self) -> BrokerKind:
        """Which doorbell connects the processes."""
        if self.broker_url is None:
            return "memory"
        scheme = urlsplit(self.broker_url.get_secret_value()).scheme
        return "rabbitmq" if scheme in ("amqp", "amqps") else "redis"

    @property
    def works_in_process(self) -> bool:
        """Whether `serve` works off the queues itself."""
        return self.broker_kind == "memory" if self.in_process_workers is None else self.in_process_workers

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies may travel over https only."""
        return self.base_url.startswith("https://")

    @property
    def files_address(self) -> str:
        """Where files are kept, as an address."""
        return self.files_url or f"file://{self.data_dir.absolute() / 'files'}"

    @property
    def mail_quota(self) -> Quota | None:
        """How many mails the relay takes per day; None: as many as there are."""
        preset = PRESETS.get(self.mail_provider)
        limit = self.mail_per_day if self.mail_per_day is not None else preset.limit if preset else 0
        if not limit:
            return None
        zone = preset.zone if preset else None
        if self.mail_day is not None:
            zone = None if self.mail_day == ROLLING else ZoneInfo(self.mail_day)
        return Quota(limit, zone)

    @property
    def mail_dir(self) -> Path:
        """Folder of the .eml files that stand in for a mail relay."""
        return self.data_dir / "mail"


def secret_key_of(settings: Settings) -> str:
    """Return the installation's secret key; without one in the settings it is made once and kept, mode 0600.

    Two processes that start at once agree: whoever creates the file first wins.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / "secret_key"
    fresh = settings.data_dir / f".secret_key.{secrets.token_hex(4)}"
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
