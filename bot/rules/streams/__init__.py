"""Streams: what is decided."""
