"""Tests of notifications.suppression."""
