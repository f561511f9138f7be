"""Tests of `service.database`."""
