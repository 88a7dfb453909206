"""Rules of the attention budget."""
