"""The whole bot of members."""
