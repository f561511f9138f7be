"""What is on: events as lists, months, feeds and calendar entries."""
