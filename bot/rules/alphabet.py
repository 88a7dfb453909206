"""The characters of codes that people read aloud and type."""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 characters, none of which is easily taken for another (no 0 O 1 I L)."""
