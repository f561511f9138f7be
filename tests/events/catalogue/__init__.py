"""Tests of events.catalogue."""
