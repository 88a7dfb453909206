"""Somebody has their data deleted: orders name staff only."""

from sqlmodel import col

from bot.store.tables import Order

ACTED_BY = (col(Order.made_by), col(Order.till_by))
"""Columns that say who of the staff did something."""
