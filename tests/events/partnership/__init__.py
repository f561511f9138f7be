"""Tests of events.partnership."""
