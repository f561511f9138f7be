"""Tests of `service.reactions`."""
