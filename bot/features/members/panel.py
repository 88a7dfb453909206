"""What the staff's panel says of a grant before it is done."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot.rules.panel import Reach
from bot.rules.place import Place


def reach_of_grant(_session: Session, _place: Place, read: Mapping[str, Any], _number: int | None) -> Reach:
    """One fan gets a message, and the shop gives so many coins."""
    return Reach(private=1, coins=read.get("coins", 0))
