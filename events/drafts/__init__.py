"""How events come to be and move through their stages."""
