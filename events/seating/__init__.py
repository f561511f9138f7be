"""Seats: pools and what is kept, taken and waited for, never one too many."""
