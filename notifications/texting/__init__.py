"""Text messages on WhatsApp and Telegram, for those who asked for them."""
