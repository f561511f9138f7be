"""Tests of events.pages."""
