"""Tests of the staff's accounts."""
