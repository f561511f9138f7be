"""Stories told through the running system."""
