"""News by opt-in: who wants them, when they go out, what is owed to whom."""
