"""Members: what they did, their tiers, and what a tier opens: the rules."""
