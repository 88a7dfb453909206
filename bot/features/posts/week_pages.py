"""Pages of the calendar, read from rows: seven days, a day, one slot's place in it, its alternatives."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.posts.plan_facts import planning_of, rests_of, slots_of
from bot.features.posts.shelf import content_of, open_blanks
from bot.rules.calendar import DAY, day_of, start_of
from bot.rules.place import Place
from bot.rules.posts.planner import Place as SlotPlace
from bot.rules.posts.planner import fits, has_rested
from bot.rules.posts.slots import CalendarPolicy, times_in
from bot.rules.posts.titles import title_of, words_of
from bot.rules.posts.week import (
    Alternative,
    AlternativesShown,
    CalendarDay,
    CalendarShown,
    PostingGone,
    PostingLine,
    PostingShown,
)
from bot.rules.slots import PostingState, SlotKind, Why
from bot.rules.verdicts import Ruling
from bot.store.tables import Posting, Slot
from bot.store.tables.attention import Verdict
from bot.store.tables.posts import Post, Sending, Week

DAYS = 7
LONGEST_TEXT = 400
"""Characters of a post's beginning on its page."""
LACKING = frozenset({Why.EMPTY, Why.USED_UP, Why.GONE})


def week_page(session: Session, place: Place, now: datetime) -> CalendarShown:
    """The next seven days, today among them."""
    week = session.get_one(Week, place.community_id)
    today = day_of(now, place.timezone)
    days = [today + timedelta(days=number) for number in range(DAYS)]
    lines = lines_between(session, place, days[0], days[-1])
    rests = rests_of(week)
    slots = [slot for slot in slots_of(session, place.community_id) if slot.kind is not SlotKind.MORNING]
    paused = rests.paused and (rests.paused_until is None or now < rests.paused_until)
    promotions = rests.promotions_until
    return CalendarShown(
        community_id=place.community_id,
        days=tuple(
            CalendarDay(
                day,
                tuple(line for line in lines if day_of(line.at, place.timezone) == day),
                off=is_off(week, day),
            )
            for day in days
        ),
        shelf=count_shelf(session, place.community_id),
        slots=times_in([slot.cron for slot in slots]),
        paused=paused,
        paused_until=rests.paused_until if paused else None,
        promotions_until=promotions if promotions is not None and now < promotions else None,
        lacking=sum(1 for line in lines if line.open and line.why in LACKING),
    )


def is_off(week: Week, day: date) -> bool:
    """Whether a day is a day off."""
    return day.isoformat() in week.days_off or str(day.isoweekday()) in week.days_off


def count_shelf(session: Session, community_id: int) -> int:
    """How many posts the calendar may take."""
    return session.execute(
        select(func.count()).select_from(Post).where(col(Post.community_id) == community_id, col(Post.on_shelf))
    ).scalar_one()


def day_page(session: Session, place: Place, day: date) -> CalendarDay:
    """One day."""
    week = session.get_one(Week, place.community_id)
    return CalendarDay(day, tuple(lines_between(session, place, day, day)), off=is_off(week, day))


def lines_between(session: Session, place: Place, first: date, last: date) -> list[PostingLine]:
    """What stands in the calendar on these days, both included, in the order of times."""
    begin, end = start_of(first, place.timezone), start_of(last + DAY, place.timezone)
    rows: Any = session.execute(
        select(Posting, Slot)
        .join(Slot, col(Slot.id) == col(Posting.slot_id))
        .where(
            col(Posting.community_id) == place.community_id,
            col(Posting.due_at) >= begin,
            col(Posting.due_at) < end,
        )
        .order_by(col(Posting.due_at), col(Posting.id))
    ).all()
    return lines_of(session, place, [(posting, slot) for posting, slot in rows])


def lines_of(session: Session, place: Place, rows: Sequence[tuple[Posting, Slot]]) -> list[PostingLine]:
    """Rows of the calendar as pages show them."""
    titles = _titles(session, place, {row.post_id for row, _ in rows if row.post_id is not None})
    held = _held(session, [row for row, _ in rows if row.state == PostingState.POSTED])
    lines = []
    for row, slot in rows:
        details = row.details
        last = details.get("last")
        reason, until = held.get(row.id or 0, (None, None))
        lines.append(
            PostingLine(
                id=row.id or 0,
                at=row.due_at,
                kind=row.kind,
                state=row.state,
                title=(slot.command or "") if row.kind == SlotKind.ACTIVITY else titles.get(row.post_id or 0, ""),
                pillar=row.pillar,
                why=row.reason,
                has=details.get("has"),
                share=details.get("share"),
                last=datetime.fromisoformat(last) if last else None,
                pinned=row.pinned,
                moved=row.moved_to is not None,
                asks=slot.pillar,
                held=reason,
                until=until,
            )
        )
    return lines


def _titles(session: Session, place: Place, post_ids: set[int]) -> dict[int, str]:
    posts = session.execute(select(Post).where(col(Post.id).in_(post_ids))).scalars()
    return {post.id or 0: title_of(content_of(post, place.language)) or f"#{post.number}" for post in posts}


def _held(session: Session, rows: Sequence[Posting]) -> Mapping[int, tuple[str, datetime | None]]:
    """Why the budget keeps posts back that no room got, and until when they wait, by their places in the calendar."""
    sendings: dict[int, int] = {
        sending_id: posting_id
        for sending_id, posting_id in session.execute(
            select(col(Sending.id), col(Sending.posting_id)).where(
                col(Sending.posting_id).in_([row.id for row in rows])
            )
        ).all()
        if sending_id is not None and posting_id is not None
    }
    if not sendings:
        return {}
    earliest = min(row.due_at for row in rows)
    verdicts: Any = session.execute(
        select(col(Verdict.subject_id), col(Verdict.ruling), col(Verdict.reason), col(Verdict.until)).where(
            col(Verdict.community_id) == rows[0].community_id,
            col(Verdict.decided_at) >= earliest,
            col(Verdict.kind) == "post",
            col(Verdict.subject_id).in_(sendings),
        )
    ).all()
    sent = {subject_id for subject_id, ruling, *_ in verdicts if ruling == Ruling.SEND}
    verdicts = sorted(verdicts, key=lambda one: one.ruling == Ruling.HOLD)  # if one room still waits, that is told
    return {
        sendings[subject_id]: (reason, until if ruling == Ruling.HOLD else None)
        for subject_id, ruling, reason, until in verdicts
        if subject_id not in sent and reason is not None
    }


def find_row(session: Session, community_id: int, posting_id: int) -> tuple[Posting, Slot] | None:
    """One place in the shop's calendar."""
    found = session.execute(
        select(Posting, Slot)
        .join(Slot, col(Slot.id) == col(Posting.slot_id))
        .where(col(Posting.id) == posting_id, col(Posting.community_id) == community_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return (found[0], found[1]) if found is not None else None


def posting_page(session: Session, place: Place, posting_id: int) -> PostingShown | PostingGone:
    """One place in the calendar."""
    found = find_row(session, place.community_id, posting_id)
    if found is None:
        return PostingGone()
    row, _ = found
    (line,) = lines_of(session, place, [found])
    post = session.get(Post, row.post_id) if row.post_id is not None else None
    text = words_of(content_of(post, place.language)) if post is not None else ""
    return PostingShown(line, day_of(row.due_at, place.timezone), text[:LONGEST_TEXT])


def alternatives(
    session: Session, place: Place, posting_id: int, page: int, policy: CalendarPolicy
) -> AlternativesShown | PostingGone:
    """Posts that could take a place: what may be sent first, the longest unused of it first; then what rests, or has
    blanks to fill."""
    found = find_row(session, place.community_id, posting_id)
    if found is None or found[0].state != PostingState.PLANNED:
        return PostingGone()
    row, slot = found
    week = session.get_one(Week, place.community_id)
    planning = planning_of(session, week, place.timezone, row.due_at, policy)
    here = SlotPlace(row.due_at, None)
    shelved = [one for one in planning.shelf if fits(planning, one, here, policy) and one.id != row.post_id]

    def order(one: Any) -> tuple[bool, bool, float]:
        rested = has_rested(one, row.due_at, policy.rest)
        return not rested, one.pillar != (slot.pillar or row.pillar), one.last_sent.timestamp() if one.last_sent else 0

    posts = {post.id: post for post in _posts_of(session, place.community_id)}
    rows = [
        Alternative(
            one.id,
            one.number,
            title_of(content_of(posts[one.id], place.language)) or f"#{one.number}",
            one.pillar,
            rests=not has_rested(one, row.due_at, policy.rest),
        )
        for one in sorted(shelved, key=order)
    ]
    rows.extend(
        Alternative(post_id or 0, post.number, title_of(content_of(post, place.language)), post.pillar, blank=True)
        for post_id, post in posts.items()
        if not post.on_shelf and open_blanks(post, place.language)
    )
    (line,) = lines_of(session, place, [found])
    begin = page * policy.alternatives
    shown = rows[begin : begin + policy.alternatives]
    return AlternativesShown(line, tuple(shown), page, more=len(rows) > begin + policy.alternatives)


def _posts_of(session: Session, community_id: int) -> Sequence[Post]:
    return (
        session.execute(select(Post).where(col(Post.community_id) == community_id).order_by(col(Post.number)))
        .scalars()
        .all()
    )
