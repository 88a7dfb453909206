"""The words: every outcome in every language, with ordinary and with hostile values."""
