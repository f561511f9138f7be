"""Tests of `service.importing`."""
