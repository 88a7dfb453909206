"""A post that was sent, or should have been, in one line."""

import re
from datetime import datetime
from html import unescape

from sqlalchemy.orm import Session

from bot.rules.folded import Line
from bot.store.tables.posts import Sending, SendingState

POST = "post"
"""The kind of a post's message."""
LONGEST = 80
"""Characters of the first words that are kept."""
_MARKUP = re.compile(r"<[^>]*>")


def line_of(session: Session, community_id: int, sending_id: int, _at: datetime) -> Line | None:
    """A post by its first words, or by the question of its poll."""
    sending = session.get(Sending, sending_id)
    if sending is None or sending.community_id != community_id:
        return None
    poll = sending.content.get("poll") or {}
    text = unescape(_MARKUP.sub(" ", sending.content.get("text") or poll.get("question") or ""))
    gone = sending.state in {SendingState.CANCELLED, SendingState.TAKEN_BACK}
    return None if gone else Line(" ".join(text.split())[:LONGEST], open=False)
