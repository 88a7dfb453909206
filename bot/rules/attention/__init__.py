"""The attention budget: what may be said unasked, to whom, and when; consent, quiet rooms and wear-out."""
