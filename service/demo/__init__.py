"""The demonstration library, its driver, and stand-ins for YouTube, mail and social networks."""
