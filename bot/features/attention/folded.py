"""The morning card with the lines of what couldn't be told in time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.store.folded import LineOf, folded_lines, with_titles
from bot.store.tables import Posting


@dataclass(frozen=True, slots=True)
class FoldedOnCard:
    """Adds the lines to a morning card."""

    lines: Mapping[str, LineOf]
    """What domains registered, by kind."""

    def add(self, session: Session, card: Any, posting_id: int, at: datetime) -> Any:
        """The card with at most three lines, called as their domains call them."""
        folded = folded_lines(session, posting_id)
        posting = session.get(Posting, posting_id) if folded else None
        if posting is None:
            return card
        return replace(card, folded=with_titles(session, posting.community_id, folded, at, self.lines))
