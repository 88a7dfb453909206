"""Rules of members."""
