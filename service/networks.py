"""Accounts of organisers on networks: made of what staff pasted, checked, and opened again later."""

from __future__ import annotations

import ipaddress
import re
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from events.errors import N_, FieldError, Invalid
from notifications.channels.limits import BLUESKY, MASTODON, TELEGRAM
from notifications.channels.protocol import Account, Channel, Disconnected, NotSent, Rejected, Unclear
from notifications.posts.connecting import Opened
from service.secrets import SecretBox
from service.settings import Settings

if TYPE_CHECKING:
    from notifications.models.channel_connection import ChannelConnection

NETWORKS: Final = (TELEGRAM, BLUESKY, MASTODON)
"""Those that are connected by what the network itself hands to a person: a bot's token, an app password, a token."""
_REFUSED: Final[Mapping[str, str]] = {
    "no_permission": N_("The bot may not post in this channel. Make it an administrator there, then try again."),
    "no_public_page": N_("This channel has no public page. Give it a public name in Telegram, then try again."),
}
_LONGEST: Final = 200
_LONGEST_SECRET: Final = 1000


@dataclass(frozen=True, slots=True)
class Pasted:
    """What names an account, cleaned, and the secret that opens it."""

    channel: str
    place: str
    secret: str


def read_pasted(settings: Settings, channel: str, place: str, secret: str) -> Pasted:
    """Return what was typed, in the network's own form. Asks DNS for a server's addresses; raises `Invalid`.

    `place` is a channel's public name, a handle, or a server's address: a public one with https, because our own
    process will ask it. Other addresses are only those that the settings name, for stand-ins.
    """
    place, secret = place.strip(), secret.strip()
    problems: list[FieldError] = []
    if not secret or len(secret) > _LONGEST_SECRET or not secret.isascii() or not secret.isprintable():
        problems.append(FieldError(f"{channel}_secret", "missing", N_("Paste what the network gave you.")))
    cleaned = _cleaned(settings, channel, place)
    if cleaned is None or len(cleaned) > _LONGEST:
        problems.append(FieldError(f"{channel}_place", "invalid", _PLACES[channel]))
    if problems or cleaned is None:
        raise Invalid(problems)
    return Pasted(channel, cleaned, secret)


_PLACES: Final[Mapping[str, str]] = {
    TELEGRAM: N_("Give the public name of the channel, for example @perpustakaan."),
    BLUESKY: N_("Give the full handle, for example perpustakaan.bsky.social."),
    MASTODON: N_("Give the public address of the server, for example https://mastodon.social."),
}


def _cleaned(settings: Settings, channel: str, place: str) -> str | None:
    if channel == TELEGRAM:
        name = re.sub(r"^(https://)?t\.me/", "", place).lstrip("@").rstrip("/")
        return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{3,31}", name) else None
    if channel == BLUESKY:
        handle = place.removeprefix("@").lower()
        return handle if re.fullmatch(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", handle) else None
    address = (place if "://" in place else f"https://{place}").rstrip("/")
    if address == settings.network_roots.get(MASTODON):
        return address
    try:
        parts = urlsplit(address)
        plain = parts.hostname is not None and address.lower() == f"https://{parts.hostname}"
    except ValueError:
        return None
    return address.lower() if plain and _is_public(parts.hostname or "") else None


def _is_public(host: str) -> bool:
    """Tell whether every address of a host is one of the public network: nothing inside is asked for anybody."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(str(each[4][0]).split("%")[0]).is_global for each in found)


def make_channel(settings: Settings, pasted: Pasted) -> Channel:
    """Return the channel; nothing is reached yet. Libraries are imported by the adapters when they are first used."""
    roots = settings.network_roots
    if pasted.channel == TELEGRAM:
        from notifications.channels.telegram import PAGES, TelegramChannel  # noqa: PLC0415 - for deliveries only

        root = roots.get(TELEGRAM)
        return TelegramChannel(pasted.secret, pasted.place, api_root=root, page_root=root or PAGES)
    if pasted.channel == BLUESKY:
        from notifications.channels.bluesky import SERVER, BlueskyChannel  # noqa: PLC0415 - likewise

        return BlueskyChannel(pasted.place, pasted.secret, server=roots.get(BLUESKY, SERVER))
    from notifications.channels.mastodon import MastodonChannel  # noqa: PLC0415 - likewise

    return MastodonChannel(pasted.place, pasted.secret)


def ask_account(settings: Settings, pasted: Pasted) -> Account:
    """Ask the network whose account it is. Raises `Invalid` with what to do about a refusal; blocks for seconds.

    What the network says is never repeated: libraries put tokens into their errors.
    """
    field = f"{pasted.channel}_secret"
    channel = make_channel(settings, pasted)
    try:
        return channel.check()
    except Disconnected as error:
        message = N_("The network does not accept this. Check both fields, or make a new token there.")
        raise Invalid([FieldError(field, "not_accepted", message)]) from error
    except Rejected as error:
        message = _REFUSED.get(error.reason, N_("The network refused. Check both fields."))
        raise Invalid([FieldError(field, "refused", message)]) from error
    except (NotSent, Unclear) as error:
        message = N_("The network cannot be reached at the moment. Nothing was changed; try again later.")
        raise Invalid([FieldError(field, "unreachable", message)]) from error
    finally:
        channel.close()


class OpenedChannels:
    """The channels of connections that this process has opened: signing in anew for each post would be too much."""

    def __init__(self, settings: Settings, secrets: SecretBox) -> None:
        self._settings, self._secrets = settings, secrets
        self._held: dict[uuid.UUID, tuple[int, Opened]] = {}
        self._lock = Lock()

    def open(self, connection: ChannelConnection) -> Opened | None:
        """Return the channel of a connection, None where its secret can no longer be read; nothing is reached."""
        with self._lock:
            serial, opened = self._held.get(connection.id, (0, None))
            if opened is not None and serial == connection.serial:
                return opened
            secret = self._secrets.unseal(connection.sealed_secret)
            if secret is None:
                return None
            pasted = Pasted(connection.channel, connection.place, secret)
            fresh = Opened(make_channel(self._settings, pasted), secret)
            self._held[connection.id] = (connection.serial, fresh)
            return fresh

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            for _, opened in self._held.values():
                opened.channel.close()
            self._held.clear()
