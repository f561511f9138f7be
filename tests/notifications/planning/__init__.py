"""Tests of notifications.planning."""
