"""Tests of events.questions."""
