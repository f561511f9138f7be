"""What a person's page offers about messages on WhatsApp and Telegram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from events.pages.personal_pages import RegistrationPage
from notifications.models.text_message import TextChannel
from notifications.texting import consents
from service.wiring import Runtime

LABELS = {TextChannel.WHATSAPP: "WhatsApp", TextChannel.TELEGRAM: "Telegram"}


@dataclass(frozen=True, slots=True)
class TextOffer:
    """One channel: whether the person agreed to it, and how they can."""

    channel: str
    label: str
    agreed: bool
    number: str
    chat: str | None
    """The address of the bot's chat, where agreeing happens there."""


async def text_offers(runtime: Runtime, page: RegistrationPage) -> Sequence[TextOffer]:
    """Return the channels that are connected and can reach the person; none costs no question to the database."""
    connected = runtime.texters
    if not connected:
        return ()
    given = await runtime.database.aread(lambda session: consents.of_registration(session, page.id))
    agreed = {consent.channel for consent in given}
    found: list[TextOffer] = []
    for channel in connected:
        label, on = LABELS[channel], channel in agreed
        if channel is TextChannel.WHATSAPP and page.phone:
            found.append(TextOffer(channel.value, label, on, page.phone, None))
        if channel is TextChannel.TELEGRAM and runtime.settings.telegram_bot:
            token = runtime.links.chat_token(page.id, page.link_version)
            chat = None if on else f"https://t.me/{runtime.settings.telegram_bot}?start={token}"
            found.append(TextOffer(channel.value, label, on, "", chat))
    return found
