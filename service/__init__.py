"""The running system. Knows all; nobody knows it."""
