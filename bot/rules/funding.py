"""Who may open red packets in a shop: a setting of the shop that red packets obey."""

from enum import StrEnum


class Funding(StrEnum):
    """Who may open packets in a community."""

    STAFF = "staff"
    FANS = "fans"
    """Fans too, from their own coins."""
