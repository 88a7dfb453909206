"""Everything that talks to Telegram: it takes updates, answers people and sends promised messages."""
