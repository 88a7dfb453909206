"""Flows: use cases in which several domains do their parts in one transaction."""
