"""Pages: one module per audience or page family."""
