"""Tests of events.privacy."""
