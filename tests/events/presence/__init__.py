"""Tests of events.presence."""
