"""Coupons: the use cases."""
