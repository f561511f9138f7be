"""What Acara does in a second, beside a baseline measured in the same run: `make bench`."""
