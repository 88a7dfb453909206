"""Rules of the shop's orders."""
