"""Where everything meets: the `Runtime` of one process, made from its settings.

Heavy parts (the Google client, WeasyPrint's child processes, Mastodon's library) are made when first used.
"""

from __future__ import annotations

from functools import cached_property

import dramatiq

from events.links import Links
from events.processes import ChildProcesses
from notifications.composing import Composer
from notifications.smtp import FolderMailer, Mailer, SmtpMailer
from service.bell import Bell
from service.broker import make_broker
from service.clock import Clock, FileClock, SystemClock
from service.files import StoredFiles, open_files
from service.secrets import SecretBox
from service.settings import Settings, secret_key_of
from service.transactions import Committed, Database


class Runtime:
    """What pages, workers and commands of one process work with."""

    def __init__(self, settings: Settings) -> None:
        """Read the keys and prepare the database; nothing is connected until it is used."""
        self.settings = settings
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.secret_key = secret_key_of(settings)
        self.links = Links(self.secret_key, settings.base_url)
        self.secrets = SecretBox(self.secret_key, [key.get_secret_value() for key in settings.old_secret_keys])
        self.clock: Clock = FileClock(settings.clock_file) if settings.clock_file else SystemClock()
        self.database = Database(
            settings.database_address, writers=settings.database_pool, after_commit=self._after_commit
        )
        self.bell: Bell | None = None
        """Hung up by `service.actors.connect`; a process without one leaves its work to the next tick of others."""
        self.stopping = False

    def _after_commit(self, committed: Committed) -> None:
        if self.bell is not None:
            self.bell.ring(committed)

    @cached_property
    def broker(self) -> dramatiq.Broker:
        """The doorbell between processes, or within this one."""
        return make_broker(self.settings)

    @cached_property
    def files(self) -> StoredFiles:
        """Where videos, certificates, posters and logos are kept."""
        return open_files(self.settings.files_address)

    @cached_property
    def mailer(self) -> Mailer:
        """The mail relay, or a folder of .eml files where none is set."""
        if self.settings.smtp_url is None:
            return FolderMailer(self.settings.mail_dir)
        return SmtpMailer(self.settings.smtp_url.get_secret_value(), hostname=self.settings.mail_domain)

    @cached_property
    def composer(self) -> Composer:
        """Composes e-mails in the installation's name."""
        return Composer(
            links=self.links,
            files=self.files,
            sender=self.settings.mail_from,
            domain=self.settings.mail_domain,
            rsvp_address=self.settings.rsvp_address,
        )

    @cached_property
    def children(self) -> ChildProcesses:
        """The child processes that draw certificates and posters; none is started before the first drawing."""
        return ChildProcesses(self.settings.render_processes)

    def close(self) -> None:
        """Finish what is under way and let go of everything that was opened."""
        self.stopping = True
        self.database.close()
        if self.bell is not None:
            self.bell.close()
        if "children" in self.__dict__:
            self.children.close()
        if "broker" in self.__dict__:
            self.broker.close()
