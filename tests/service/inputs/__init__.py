"""Tests of `service.inputs`."""
