"""Coupons: tests of use cases."""
