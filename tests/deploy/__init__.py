"""The files that a technician copies: checked against their schemas, and against the service that they start."""
