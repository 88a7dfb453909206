"""The buttons under an outcome, domain by domain."""
