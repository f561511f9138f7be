"""Tests of notifications.mailing."""
