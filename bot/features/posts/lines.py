"""A post that was sent, or should have been, in one line."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.rules.folded import Line
from bot.rules.posts.titles import title_of
from bot.store.contents import content_from_facts
from bot.store.tables.posts import Sending, SendingState

POST = "post"
"""The kind of a post's message."""


def line_of(session: Session, community_id: int, sending_id: int, _at: datetime) -> Line | None:
    """A post by its first line, or by the question of its poll."""
    sending = session.get(Sending, sending_id)
    if sending is None or sending.community_id != community_id:
        return None
    gone = sending.state in {SendingState.CANCELLED, SendingState.TAKEN_BACK}
    return None if gone else Line(title_of(content_from_facts(sending.content)), open=False)
