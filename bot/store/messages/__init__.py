"""Messages that come in, and messages that are promised."""
