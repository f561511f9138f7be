"""Tests of events.recordings."""
