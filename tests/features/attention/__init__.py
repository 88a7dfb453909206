"""Use cases of the attention budget."""
