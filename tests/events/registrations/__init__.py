"""Tests of events.registrations."""
