"""Tests of events.recurring."""
