"""The attention budget, consent and wear-out: what is remembered."""
