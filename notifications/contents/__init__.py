"""What there is to say: the facts of an event, a person or a partner that a text can name."""
