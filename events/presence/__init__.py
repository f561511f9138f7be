"""Who was there: evidence, and what it adds up to."""
