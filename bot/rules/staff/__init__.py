"""Rules of staff and their panel."""
