"""What the house decides: pure functions of facts, with no await, clock, randomness or table."""
