"""Lists of people from spreadsheets: read, explained, tried on a copy, brought in."""
