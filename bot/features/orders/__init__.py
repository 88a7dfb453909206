"""Orders of the shop: the use cases."""
