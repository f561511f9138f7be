"""Tests of `service.mail`."""
