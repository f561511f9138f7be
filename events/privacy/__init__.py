"""What is known of a person: told, kept as long as needed, erased."""
