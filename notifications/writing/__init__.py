"""What a post says: facts of the event, phrasings in each language, a channel's limits, and the check of all of it."""
