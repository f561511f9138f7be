"""An e-mail as it would go out now: composed by those who compose what is sent, and sent to nobody."""

from __future__ import annotations

import email
import email.policy
import uuid
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from events.errors import NotFound
from events.storage import ReadSession
from notifications.contents import material as materials
from notifications.contents.material import Loaded
from notifications.letters.composing import Composer
from notifications.letters.relevance import superseded_because
from notifications.transport.mime import BadAddress


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recipient would read. Empty where it cannot be composed, with `problem` saying why."""

    subject: str = ""
    sender: str = ""
    to: str = ""
    text: str = ""
    html: str = ""
    parts: tuple[str, ...] = ()
    superseded: bool = False
    """It would not be sent any more, because it would say nothing true or nothing new."""
    problem: str = ""


def load_one(session: ReadSession, email_id: uuid.UUID, *, now: datetime) -> Loaded:
    """Return what one e-mail is composed from. Raises `NotFound`."""
    found = materials.load(session, [email_id], now=now)
    if not found:
        raise NotFound
    return found[0]


def preview(material: Loaded, composer: Composer, *, now: datetime) -> Preview:
    """Compose the e-mail; reads its files, so it is called outside a transaction."""
    superseded = superseded_because(material, now=now) is not None
    try:
        content = composer.compose(material, now=now).content
    except BadAddress as error:
        return Preview(problem=f"bad address: {error}", superseded=superseded)
    except Exception as error:  # noqa: BLE001 - what no longer holds may lack what its words speak of
        return Preview(problem=type(error).__name__, superseded=superseded)
    message = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    parts = tuple(f"{part.get_content_type()} {part.get_filename() or ''}".strip() for part in message.walk())
    return Preview(
        subject=str(message["subject"] or ""),
        sender=str(message["from"] or ""),
        to=str(message["to"] or ""),
        text=str(plain.get_content()) if plain else "",
        html=str(html.get_content()) if html else "",
        parts=parts,
        superseded=superseded,
    )
