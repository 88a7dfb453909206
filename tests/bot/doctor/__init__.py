"""`doctor`: tests of what it sees, and of how it says so."""
