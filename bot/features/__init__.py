"""What the house remembers, feature by feature: use cases that take a write session and commit nothing."""
