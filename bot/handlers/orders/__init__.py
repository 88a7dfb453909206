"""Orders of the shop: what is said and pressed."""
