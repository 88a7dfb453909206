"""What the handlers of every domain use."""
