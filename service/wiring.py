"""Where everything meets: the `Runtime` of one process, made from its settings.

What only deliveries need (composing mails, drawing, signing, networks) is imported and made when it is first used:
the first page of a service that starts must not wait for it. `service.processes.warming` fetches it soon afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import dramatiq

from events.links import Links
from events.mail_tags import MailTags
from events.media.processes import ChildProcesses
from events.storage import new_id
from notifications.transport.pacing import DEFAULT_PACES
from notifications.transport.relays import FOLDER, Relay, relay_name
from notifications.transport.smtp import FolderMailer, Mailer, SmtpMailer
from service.bell import Bell
from service.broker import make_broker
from service.clock import Clock, FileClock, SystemClock, real_now
from service.database.shared_reads import SharedReads
from service.database.transactions import Committed, Database
from service.files.stored import StoredFiles, open_files
from service.limits.shared_counts import DatabaseCounts, RedisCounts, SharedCounts
from service.limits.stamps import Stamps
from service.mail_signing import signer_of
from service.secrets import MessageAuthenticator, SecretBox
from service.settings import Settings, secret_key_of

if TYPE_CHECKING:
    from certificates.renderer import ProcessRenderer
    from certificates.signing import PadesSigner
    from notifications.channels.protocol import Channel
    from notifications.letters.composing import Composer
    from notifications.models.text_message import TextChannel
    from notifications.posters.design import Draw
    from notifications.texting.protocol import Texter
    from service.networks import OpenedChannels

KEEP_RELAY_FOR = 20.0
"""Seconds that the connection to the mail relay is kept for the next mail; relays hang up after minutes."""


class Runtime:
    """What pages, workers and commands of one process work with."""

    def __init__(self, settings: Settings) -> None:
        """Read the keys and prepare the database; nothing is connected until it is used."""
        self.settings = settings
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.secret_key = secret_key_of(settings)
        self._old_keys = [key.get_secret_value() for key in settings.old_secret_keys]
        self.links = Links(self.secret_key, settings.base_url, self._old_keys)
        self.mail_tags = MailTags(self.secret_key, self._old_keys)
        self.secrets = SecretBox(self.secret_key, self._old_keys)
        self.chain_key = MessageAuthenticator(self.secret_key, self._old_keys)
        self.clock: Clock = FileClock(settings.clock_file) if settings.clock_file else SystemClock()
        self.database = Database(
            settings.database_address, writers=settings.database_pool, after_commit=self._after_commit
        )
        self.shared_reads = SharedReads(self.database)
        self.bell: Bell | None = None
        """Hung up by `service.processes.actors.connect`; without one, work is left to others' next tick."""
        self.process_id = new_id()
        """Who this process is to the others, see `service.processes.heartbeat`."""
        self.stopping = False
        self.served: Callable[[], int] | None = None
        """How many requests this process has answered so far; None in one that answers none."""

    def _after_commit(self, committed: Committed) -> None:
        if self.bell is not None:
            self.bell.ring(committed)

    @cached_property
    def broker(self) -> dramatiq.Broker:
        """The doorbell between processes, or within this one."""
        return make_broker(self.settings)

    @cached_property
    def counts(self) -> SharedCounts:
        """Where all processes count what anybody may send: the Redis of the doorbell, else the database."""
        if self.settings.broker_kind == "redis" and self.settings.broker_url is not None:
            return RedisCounts(self.settings.broker_url.get_secret_value())
        return DatabaseCounts(self.database)

    @cached_property
    def stamps(self) -> Stamps:
        """Tells the age of a form that comes back."""
        return Stamps(self.secret_key, self._old_keys, at_least=self.settings.public_form_seconds)

    @cached_property
    def files(self) -> StoredFiles:
        """Where videos, certificates, posters and logos are kept."""
        return open_files(self.settings.files_address)

    @cached_property
    def mailer(self) -> Mailer:
        """The mail relay, or a folder of .eml files where none is set."""
        return self.open_mailer()

    def open_mailer(self) -> Mailer:
        """Return a mailer with a connection of its own, for a thread beside the one that sends what is due."""
        if self.settings.smtp_url is None:
            return FolderMailer(self.settings.mail_dir)
        url, hostname = self.settings.smtp_url.get_secret_value(), self.settings.mail_domain
        return SmtpMailer(url, hostname=hostname, keep_for=KEEP_RELAY_FOR)

    @cached_property
    def relay(self) -> Relay:
        """The relay as all processes know it: by its host and port, with its day and the pace of providers."""
        settings = self.settings
        name = relay_name(settings.smtp_url.get_secret_value()) if settings.smtp_url is not None else FOLDER
        return Relay(name, settings.mail_quota, {**DEFAULT_PACES, **settings.mail_paces})

    @cached_property
    def composer(self) -> Composer:
        """Composes e-mails in the installation's name."""
        from notifications.letters.composing import Composer  # noqa: PLC0415 - icalendar and templates, for deliveries only

        return Composer(
            links=self.links,
            files=self.files,
            sender=self.settings.mail_from,
            domain=self.settings.mail_domain,
            tags=self.mail_tags,
            rsvp_address=self.settings.rsvp_address,
            signer=signer_of(self.settings),
            return_address=self.settings.return_address,
        )

    @cached_property
    def children(self) -> ChildProcesses:
        """The child processes that draw certificates and posters; none is started before the first drawing."""
        return ChildProcesses(self.settings.render_processes)

    @cached_property
    def faces_dir(self) -> Path:
        """Where the typefaces of certificates and posters are kept; `events.media.typefaces` makes them."""
        return self.settings.data_dir / "typefaces"

    @cached_property
    def pages_dir(self) -> Path:
        """Where compiled templates of pages are kept; may be emptied at any time."""
        return self.settings.data_dir / "pages"

    @cached_property
    def renderer(self) -> ProcessRenderer:
        """Draws certificates in the child processes."""
        from certificates.renderer import ProcessRenderer  # noqa: PLC0415 - pikepdf and QR codes, for deliveries only

        return ProcessRenderer(self.children, self.faces_dir)

    @cached_property
    def draw_poster(self) -> Draw:
        """Draws a poster in a child process."""
        from notifications.posters import drawing  # noqa: PLC0415 - drawing, for deliveries only

        return drawing.drawing_in(self.children, self.faces_dir)

    @cached_property
    def channels(self) -> Mapping[str, Channel]:
        """The networks on which posts are published by themselves."""
        settings = self.settings
        if settings.mastodon_url is None or settings.mastodon_token is None:
            return {}
        from notifications.channels.limits import MASTODON  # noqa: PLC0415 - most installations have no network
        from notifications.channels.mastodon import MastodonChannel  # noqa: PLC0415 - likewise

        return {MASTODON: MastodonChannel(settings.mastodon_url, settings.mastodon_token.get_secret_value())}

    @cached_property
    def connections(self) -> OpenedChannels:
        """The accounts of organisers on networks, opened as posts go out by them."""
        from service.networks import OpenedChannels  # noqa: PLC0415 - for deliveries only

        return OpenedChannels(self.settings, self.secrets)

    @cached_property
    def texters(self) -> Mapping[TextChannel, Texter]:
        """The networks on which people who asked for it are written to."""
        settings = self.settings
        if not (settings.whatsapp_phone_id or settings.telegram_token):
            return {}
        from service.texters import make_texters  # noqa: PLC0415 - most installations have none

        return make_texters(settings)

    @cached_property
    def signer(self) -> PadesSigner:
        """Signs certificates with the key that was given, or with the installation's own."""
        from certificates.signing import PadesSigner, load_pkcs12, own_key  # noqa: PLC0415 - X.509, for deliveries only

        settings = self.settings
        if settings.signing_pkcs12 is not None:
            password = settings.signing_password.get_secret_value() if settings.signing_password else ""
            return PadesSigner(load_pkcs12(settings.signing_pkcs12, password))
        return PadesSigner(own_key(settings.data_dir / "keys", settings.mail_domain, real_now=real_now()))

    def close(self) -> None:
        """Finish what is under way and let go of everything that was opened."""
        self.stopping = True
        self.database.close()
        if self.bell is not None:
            self.bell.close()
        if isinstance(mailer := self.__dict__.get("mailer"), SmtpMailer):
            mailer.close()
        if "connections" in self.__dict__:
            self.connections.close()
        if "texters" in self.__dict__:
            for texter in self.texters.values():
                texter.close()
        if "counts" in self.__dict__:
            self.counts.close()
        if "children" in self.__dict__:
            self.children.close()
        if "broker" in self.__dict__:
            self.broker.close()
