"""What `doctor` finds."""
