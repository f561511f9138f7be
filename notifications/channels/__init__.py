"""One adapter a network."""
