"""Posts, the shelf, and the week: what is remembered."""
