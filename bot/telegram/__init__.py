"""Everything that speaks with Telegram: takes updates in, answers people, sends what was promised."""
