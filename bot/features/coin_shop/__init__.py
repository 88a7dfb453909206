"""The coin shop: the use cases."""
