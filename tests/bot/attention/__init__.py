"""Attention, through the bot."""
