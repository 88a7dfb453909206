"""Files of lines and columns as shops have them: from bytes to a grid of cells, and from a grid to named columns."""
