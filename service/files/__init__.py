"""Files: where they are kept, what they really are, and the pictures that are drawn anew."""
