"""Tests of notifications.letters."""
