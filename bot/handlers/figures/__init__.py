"""Figures: what a stream and a period earned: the handlers."""
