"""The door: scanning in and out, walk-ins, and the lists that remain."""
