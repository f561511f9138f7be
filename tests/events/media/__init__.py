"""Tests of events.media."""
