"""Tests of events.seating."""
