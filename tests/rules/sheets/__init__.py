"""Files of lines and columns: tests of how they are read."""
