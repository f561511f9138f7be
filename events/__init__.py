"""The core: what an event is and what may happen to it. Imports nothing of the rest of the house."""
