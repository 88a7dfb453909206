"""The rules: pure functions of facts, with no await, clock, randomness or table."""
