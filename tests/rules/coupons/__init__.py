"""Coupons: tests of decisions."""
