"""The key that signs mail: from the settings, or made by `acara dkim-key`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.settings import Settings

if TYPE_CHECKING:
    from notifications.transport.dkim import DkimSigner

_BEGINS = "-----BEGIN"


def signing_domain(settings: Settings) -> str:
    """Return the domain that mail is signed for, lower case."""
    return (settings.dkim_domain or settings.mail_from.rpartition("@")[2]).strip().lower()


def record_name(settings: Settings) -> str:
    """Return where in DNS the public half of the key is looked for."""
    return f"{settings.dkim_selector}._domainkey.{signing_domain(settings)}"


def signer_of(settings: Settings) -> DkimSigner | None:
    """Return what signs mail; None where the relay does, or nobody. Raises `BadKey`, and `OSError` for a lost file."""
    if settings.dkim_key is None:
        return None
    from notifications.transport.dkim import DkimSigner, read_key  # noqa: PLC0415 - cryptography, for deliveries only

    given = settings.dkim_key.get_secret_value().strip()
    pem = given.replace("\\n", "\n").encode() if given.startswith(_BEGINS) else Path(given).read_bytes()
    return DkimSigner(signing_domain(settings), settings.dkim_selector, read_key(pem))


def keep_new_key(settings: Settings, algorithm: str) -> tuple[Path, str]:
    """Make a key and keep it in the data folder, mode 0600; returns its file and the record for DNS.

    Raises `FileExistsError` rather than write over a key whose public half may be in DNS.
    """
    from notifications.transport.dkim import make_key, pem_of, record_of  # noqa: PLC0415 - cryptography, for this command only

    key = make_key(algorithm)
    folder = settings.data_dir / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"dkim-{settings.dkim_selector}.pem"
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(pem_of(key))
    return path, record_of(key)
