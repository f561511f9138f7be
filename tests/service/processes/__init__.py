"""Tests of `service.processes`."""
