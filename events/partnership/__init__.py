"""Schools, communities and speakers: who they are, what they bring and what they are asked."""
