"""The coin shop: tests of use cases."""
