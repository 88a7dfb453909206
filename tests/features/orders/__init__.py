"""Orders of the shop: tests of use cases."""
