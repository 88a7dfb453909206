"""The coin shop: what is decided."""
