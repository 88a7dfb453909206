"""Streams: what is said and pressed."""
