"""The coin shop: what is said and pressed."""
