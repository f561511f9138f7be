"""The REST interface, versioned under `/api/v1`."""
