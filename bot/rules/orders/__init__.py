"""Orders of the shop: what is decided."""
