"""Tests of events.days."""
