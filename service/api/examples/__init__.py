"""Examples of what is sent and answered, by type; a test checks each against its schema."""
