"""How much anybody may send: counted in one process or for all, and the age of a form."""
