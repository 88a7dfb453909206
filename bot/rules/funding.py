"""Who may open red packets in a community. It is a setting of the shop, kept in the database."""

from enum import StrEnum


class Funding(StrEnum):
    """Who may open red packets in a community."""

    STAFF = "staff"
    """Only staff, with coins of the shop."""
    FANS = "fans"
    """Staff, and fans with their own coins."""
