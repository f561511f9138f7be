"""Tests of `service.youtube`."""
