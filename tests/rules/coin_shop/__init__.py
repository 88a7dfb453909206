"""The coin shop: tests of decisions."""
