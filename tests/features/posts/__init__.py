"""Streams: tests of use cases."""
