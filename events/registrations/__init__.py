"""Registering: who comes, who decides, who consents, and what can be changed later."""
