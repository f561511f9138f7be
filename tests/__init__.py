"""Tests: unit tests mirror the modules; flows tell the stories."""
