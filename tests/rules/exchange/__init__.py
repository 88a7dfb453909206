"""Members by file and exports: tests of decisions."""
