"""What streams do next by themselves, for the demo's clock."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from bot.rules.policies import Policies
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import list_all_open_airings


def look_ahead(session: Session, policies: Policies) -> Iterator[tuple[datetime, str]]:
    """Starts of airings, the question to an owner who doesn't show up, and ends by their length."""
    ask_after = policies[StreamPolicy].ask_after
    for _, airing in list_all_open_airings(session):
        yield airing.starts_at, "next_stream"
        if airing.on_air_at is None and airing.asked_at is None:
            yield airing.starts_at + ask_after, "next_question"
        yield airing.ends_at, "next_end"
