"""What people say and press, domain by domain: filter, parse, call, render."""
