"""Tests of notifications.transport."""
