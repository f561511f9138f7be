"""Tests of `service.files`."""
