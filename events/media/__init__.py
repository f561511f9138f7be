"""Files, typefaces and the child processes that draw with them."""
