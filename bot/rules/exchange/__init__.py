"""Members that come in by file with their points, and lists that the owner takes along."""
