"""YouTube, the one video host we know: its client, what it accepts, and how a channel is connected."""
