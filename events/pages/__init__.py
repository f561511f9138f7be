"""What persons and partners see on pages and in feeds of their own."""
