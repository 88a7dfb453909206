"""Joint work: what several features do together, in one transaction."""
