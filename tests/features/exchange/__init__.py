"""Members by file and exports: tests of use cases."""
