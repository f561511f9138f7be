"""Tests of notifications.contents."""
