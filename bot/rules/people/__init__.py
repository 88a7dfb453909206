"""Rules of people and their settings."""
