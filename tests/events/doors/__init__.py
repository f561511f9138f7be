"""Tests of events.doors."""
