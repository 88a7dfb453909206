"""Coupons: what is said and pressed."""
