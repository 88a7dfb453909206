"""Attention: tests of use cases on both databases."""
