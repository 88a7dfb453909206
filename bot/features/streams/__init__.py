"""Streams: the use cases."""
