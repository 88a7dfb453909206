"""The whole bot of the attention budget."""
