"""Encore: the operator of a live-commerce shop's fan groups on Telegram."""

__version__ = "0.1.0"
