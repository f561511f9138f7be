"""Addresses that nothing is sent to, and why."""
