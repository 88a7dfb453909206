"""Bots that are written with other libraries, against the stand-in: it is judged by code that doesn't know it."""
