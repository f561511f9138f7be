"""Tests of events.drafts."""
