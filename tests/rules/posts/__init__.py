"""Streams: tests of decisions."""
