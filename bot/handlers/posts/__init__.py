"""Posts, the shelf, and the week: what staff say and press."""
