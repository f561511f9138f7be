"""The networks for text messages that the settings connect."""

from __future__ import annotations

from collections.abc import Mapping

from notifications.models.text_message import TextChannel
from notifications.texting.protocol import Texter
from notifications.texting.telegram import TelegramTexter
from notifications.texting.whatsapp import WhatsAppTexter
from service.settings import Settings


def make_texters(settings: Settings) -> Mapping[TextChannel, Texter]:
    """Return what is connected. No network is reached by it."""
    found: dict[TextChannel, Texter] = {}
    if settings.whatsapp_phone_id and settings.whatsapp_token:
        found[TextChannel.WHATSAPP] = whatsapp(settings, settings.whatsapp_phone_id)
    if settings.telegram_token:
        found[TextChannel.TELEGRAM] = telegram(settings)
    return found


def telegram(settings: Settings) -> TelegramTexter:
    """Return the bot."""
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    return TelegramTexter(token, api_root=settings.telegram_api_root)


def whatsapp(settings: Settings, phone_id: str) -> WhatsAppTexter:
    """Return the sending number."""
    token = settings.whatsapp_token.get_secret_value() if settings.whatsapp_token else ""
    return WhatsAppTexter(
        phone_id,
        token,
        base_url=settings.base_url,
        account_id=settings.whatsapp_account_id,
        api_root=settings.whatsapp_api_root,
    )
