"""Coupons: what is decided."""
