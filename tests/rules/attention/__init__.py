"""Attention: tests of decisions."""
