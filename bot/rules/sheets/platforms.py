"""Platforms that are known by their header."""

from dataclasses import dataclass

from bot.rules.sheets.sheet import Role, SheetKind


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform that is known by its header and calls a column by a name that says little elsewhere."""

    kind: SheetKind
    name: str
    role: Role
    beside: frozenset[str]
    """One of these columns stands beside it."""


PLATFORMS = (
    Platform(SheetKind.ORDERS, "name", Role.ORDER, frozenset({"financialstatus"})),
    Platform(
        SheetKind.CODES,
        "name",
        Role.CODE,
        frozenset({"discountclass", "valuetype", "timesusedintotal", "usagelimitpercode"}),
    ),
    Platform(SheetKind.CODES, "posttitle", Role.CODE, frozenset({"discounttype", "couponamount"})),
    # Streamlabs Chatbot writes Name, Rank, Points and Hours: its name is what a viewer logs in with.
    Platform(SheetKind.MEMBERS, "name", Role.USERNAME, frozenset({"hours"})),
)
