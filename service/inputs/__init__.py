"""What people and programs send us, checked once for pages and API alike."""
