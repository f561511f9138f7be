"""Recordings: consent, upload, and the host that keeps them."""
