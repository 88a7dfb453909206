"""Tests; README.md tells which there are."""

import gc

# What is imported stays: to look through it again and again takes a quarter of the time until the first test.
gc.set_threshold(50_000, 20, 10)
