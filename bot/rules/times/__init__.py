"""Times, lengths of time and zones as people and files write them, in three languages."""
