"""What an event asks of people, and what they answer."""
