"""Proof of attendance: certificates earned, issued, signed and verified. Knows events; nobody else."""
