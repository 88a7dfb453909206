"""What a message is about, as the domain of its thing calls it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.rules.attention.why import About
from bot.rules.shown import TO_STAFF
from bot.store.folded import LineOf
from bot.store.tables.attention import Verdict


def subject_of(about: About) -> str:
    """A thing as the audit log names it."""
    return about.title or (str(about.coins) if about.coins else "…")


def about_of(session: Session, verdict: Verdict, now: datetime, lines: Mapping[str, LineOf]) -> About:
    """What a message is about."""
    return describe(session, verdict.community_id, (verdict.kind, verdict.subject_id), now, lines)


def describe(
    session: Session, community_id: int, thing: tuple[str, int | None], now: datetime, lines: Mapping[str, LineOf]
) -> About:
    """A kind and the id of its thing, as its domain calls it."""
    kind, subject_id = thing
    line_of = lines.get(kind)
    line = line_of(session, community_id, subject_id, now) if line_of and subject_id is not None else None
    title, coins = (line.title, line.coins) if line is not None else ("", 0)
    return About(kind, title, coins, kind in TO_STAFF)
