"""How rows leave the outbox: due rows are looked up in the order of their lanes, taken, marked, or put back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.folded import FOLDED
from bot.rules.refusals import Refusal, try_again
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import promise_edit
from bot.store.messages.missed import tell_missed
from bot.store.messages.outbox import ONCE
from bot.store.messages.payloads import (
    DELETE,
    EDIT,
    EDIT_POST,
    PIN_POST,
    POST,
    SAY,
    SHARE_POST,
    SHOW_TAG,
    TAKE_POST_BACK,
    TAKE_TAG,
    TELL,
    DamagedError,
    Payload,
    read_payload,
)
from bot.store.messages.refused import REFUSED, begin, lose_room
from bot.store.tables import Card, Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.base import id_of
from bot.store.tables.messages import OPEN, Lane, OutboxState
from bot.store.verdicts import LATE, OVER, UNHEARD, call_off, note_left, note_not_sent

LOOK = 500
"""Due rows looked at in one round."""
LOOK_LATER = 200
"""Of these, rows of a lane that isn't live. Thirty leave in a second, so that more would be read in vain."""

MESSAGES = frozenset({POST, SAY, TELL, SHARE_POST})
"""Acts that send a message: done twice, they are seen twice, and a group that moved can still be told."""
AGAIN = frozenset({DELETE, SHOW_TAG, TAKE_TAG, SHARE_POST, EDIT_POST, TAKE_POST_BACK, PIN_POST})
"""Acts of the last lane that are done again after a crash: nobody sees it, or a post would be lost."""
LEAVES_NOTHING = (EDIT, DELETE, TELL, SHOW_TAG, TAKE_TAG, SHARE_POST, EDIT_POST, TAKE_POST_BACK, PIN_POST)
"""Acts whose rows go once they are done: they have nothing to tell later, or what they did stands elsewhere."""
BUDGET = "budget:"
"""How the problem of a row begins that the attention budget let expire; its reason follows."""

_WAITING = col(Outbox.state) == OutboxState.WAITING
_LIVE = col(Outbox.lane) == Lane.LIVE
_ANNOUNCES = col(Outbox.act).in_((POST, SAY))
_ORDER = case(
    # A start or what became of it comes first; cards that hang can be brought up to date a little later.
    (_ANNOUNCES, 0),
    (col(Outbox.act) != EDIT, 1),
    else_=2,
)


@dataclass(frozen=True, slots=True)
class Departure:
    """A promised message whose time has come."""

    id: int
    community_id: int
    chat_id: int
    lane: str
    payload: Payload
    attempts: int
    problem: str | None = None
    verdict_id: int | None = None
    """What the attention budget says of it; None if it needs nothing said."""
    sender: str | None = None
    """Who took it for sending."""

    @property
    def act(self) -> str:
        """What the sender does."""
        return self.payload.act

    @property
    def refused(self) -> bool:
        """Whether its room refused it before, so that it is tried again."""
        return self.problem is not None and self.problem.startswith(REFUSED)

    @property
    def doubles(self) -> bool:
        """Whether doing it twice is seen: a message; edits and deletions done twice are done once."""
        return self.act in MESSAGES

    @property
    def announces(self) -> bool:
        """Whether it tells a whole group what can't wait: a start, a delay, an end."""
        return self.lane == Lane.LIVE and self.act in {POST, SAY}


@dataclass(frozen=True, slots=True)
class Seen:
    """The outbox at an instant."""

    due: list[Departure]
    damaged: list[tuple[int, str]]
    """Due rows that don't hold what their act needs, and the reason."""
    late: bool
    """Whether there are rows whose time is over."""
    next_at: datetime | None
    """When the next row falls due."""
    next_start: datetime | None
    """When the next announcement falls due."""


def look(session: Session, now: datetime) -> Seen:
    """What may leave at `now`, and what comes next."""
    due: list[Departure] = []
    damaged: list[tuple[int, str]] = []
    for lane in Lane:
        left = min(LOOK if lane is Lane.LIVE else LOOK_LATER, LOOK - len(due) - len(damaged))
        if left <= 0:
            break
        for row in _due_in(session, lane, now, left):
            try:
                payload = read_payload(row.act, row.facts)
            except DamagedError as error:
                damaged.append((row.id, str(error)))
            else:
                due.append(
                    Departure(
                        *(row.id, row.community_id, row.chat_id, lane, payload, row.attempts),
                        *(row.problem, row.verdict_id),
                    )
                )
    late = session.execute(
        select(col(Outbox.id)).where(_WAITING, col(Outbox.due_at) <= now, col(Outbox.not_after) <= now).limit(1)
    ).first()
    coming = select(func.min(col(Outbox.due_at))).where(_WAITING, col(Outbox.due_at) > now)
    next_at, next_start = session.execute(
        select(coming.scalar_subquery(), coming.where(_LIVE, _ANNOUNCES).scalar_subquery())
    ).one()
    return Seen(due, damaged, late is not None, next_at, next_start)


def _due_in(session: Session, lane: Lane, now: datetime, limit: int) -> Sequence[Any]:
    """The rows of one lane that are due, by the index of lanes: those that are due longest, as many as `limit`.

    Only the first lane has an order beside that: what announces comes first.
    """
    in_time = or_(col(Outbox.not_after).is_(None), col(Outbox.not_after) > now)
    columns = (
        *(col(Outbox.id), col(Outbox.community_id), col(Outbox.chat_id), col(Outbox.act), col(Outbox.facts)),
        *(col(Outbox.attempts), col(Outbox.problem), col(Outbox.verdict_id)),
    )
    due = select(*columns).where(_WAITING, col(Outbox.lane) == lane.value, col(Outbox.due_at) <= now, in_time)
    by_time = (col(Outbox.due_at), col(Outbox.id))
    order = (_ORDER, *by_time) if lane is Lane.LIVE else by_time
    return session.execute(due.order_by(*order).limit(limit)).all()


def expire(tx: Tx, now: datetime) -> None:
    """Give up all rows whose time is over. The owner hears of those that a room refused until now."""
    over = (_WAITING, col(Outbox.due_at) <= now, col(Outbox.not_after) <= now)
    refused = tx.execute(
        update(Outbox)
        .where(*over, col(Outbox.problem).startswith(REFUSED))
        .values(state=OutboxState.EXPIRED)
        .returning(col(Outbox.id), col(Outbox.verdict_id))
    ).all()
    for row_id, _ in refused:
        if row_id is not None:
            tell_missed(tx, row_id, now)
    call_off(tx, (verdict_id for _, verdict_id in refused), Reason.REFUSED, now)
    late = update(Outbox).where(*over).values(state=OutboxState.EXPIRED, problem=LATE)
    _miss(tx, tx.execute(late.returning(col(Outbox.verdict_id))).scalars().all(), now)


def _miss(tx: Tx, verdict_ids: Sequence[int | None], now: datetime) -> None:
    """Their time was over before they could leave. What the budget held may become a line of the morning card."""
    ids = [one for one in verdict_ids if one is not None]
    if not ids:
        return
    held = (col(Verdict.id).in_(ids), col(Verdict.ruling) == Ruling.HOLD)
    line = (*held, col(Verdict.chat_id) < 0, col(Verdict.kind).in_(FOLDED))
    tx.execute(update(Verdict).where(*line).values(ruling=Ruling.FOLD, until=None, decided_at=now))
    call_off(tx, ids, Reason.TOO_LATE, now, but=col(Verdict.ruling) == Ruling.FOLD)


def take(tx: Tx, ids: list[int], sender: str) -> set[int]:
    """Mark the rows of a round *sending*, and by whom, in one commit. Returns those that still waited."""
    taken = tx.execute(
        update(Outbox)
        .where(col(Outbox.id).in_(ids), _WAITING)
        .values(state=OutboxState.SENDING, sender=sender, attempts=col(Outbox.attempts) + 1)
        .returning(col(Outbox.id))
    ).scalars()
    return {row_id for row_id in taken if row_id is not None}


@dataclass(frozen=True, slots=True)
class Mark:
    """What came of a row."""

    state: OutboxState
    problem: str | None = None
    hung: tuple[int, int] | None = None
    """(card, message): which message shows a card now."""
    note: Callable[[Tx], None] | None = None
    """Writes down in the same commit what else depends on the message that was sent."""
    edited: tuple[int, int] | None = None
    """(card, message): which message of a card was edited."""


def write_mark(tx: Tx, row_id: int, mark: Mark, now: datetime) -> None:
    """Write down what came of a row."""
    if mark.note is not None:
        mark.note(tx)
    if mark.hung is not None:
        card_id, message_id = mark.hung
        tx.execute(update(Card).where(col(Card.id) == card_id).values(message_id=message_id, edited_at=now))
    if mark.edited is not None:
        card_id, message_id = mark.edited
        # A message that was hung while the edit was on its way stays the one that shows the card.
        still_shown = (col(Card.id) == card_id, col(Card.message_id) == message_id)
        tx.execute(update(Card).where(*still_shown).values(edited_at=now))
    what_came = {"state": mark.state, "problem": mark.problem, "sent_at": now}
    marked = update(Outbox).where(col(Outbox.id) == row_id).values(what_came).returning(col(Outbox.verdict_id))
    verdict_id = tx.execute(marked).scalar_one_or_none()
    if verdict_id is not None:
        _tell_budget(tx, verdict_id, mark, now)
    # Edits, deletions, tags and answers that were delivered have nothing to tell later, but for a key that is kept.
    delivered = (
        col(Outbox.id) == row_id,
        col(Outbox.state) == OutboxState.SENT,
        col(Outbox.act).in_(LEAVES_NOTHING),
    )
    kept = col(Outbox.key).endswith(ONCE)
    tx.execute(update(Outbox).where(*delivered, kept).values(facts={}))  # what was told may name people
    tx.execute(delete(Outbox).where(*delivered, or_(col(Outbox.key).is_(None), ~kept)))


def _tell_budget(tx: Tx, verdict_id: int, mark: Mark, now: datetime) -> None:
    """Write down in the verdict when the message left, or that it didn't. *Unknown* may have arrived, so it counts."""
    match mark.state, mark.problem:
        case OutboxState.SENT, problem if problem != UNHEARD:
            note_left(tx, verdict_id, now)
        case OutboxState.EXPIRED, problem if problem in {LATE, OVER}:
            note_not_sent(tx, verdict_id, Reason.TOO_LATE)
        case OutboxState.EXPIRED, _:
            note_not_sent(tx, verdict_id, Reason.CANCELLED)
        case OutboxState.SENT | OutboxState.FAILED, _:
            note_not_sent(tx, verdict_id, Reason.REFUSED)


def put_back(tx: Tx, row_id: int, due_at: datetime, sender: str | None) -> None:
    """Let a row wait again that `sender` took, unless a newer one with the same fold waits: the newest wins.

    Twice is as good as once. What another sends by now is left alone.
    """
    row = tx.get(Outbox, row_id)
    if row is None or row.state != OutboxState.SENDING or row.sender != sender:
        return
    newer = (
        row.fold_key is not None
        and tx.execute(select(col(Outbox.id)).where(col(Outbox.fold_key) == row.fold_key, _WAITING)).first()
    )
    if newer:
        tx.delete(row)
    else:
        row.state, row.due_at = OutboxState.WAITING, due_at
    tx.flush()


def put_all_back(tx: Tx, ids: list[int], sender: str) -> None:
    """Let rows wait again that `sender` took and never sent. They stay due when they were."""
    for row in tx.execute(select(Outbox).where(col(Outbox.id).in_(ids)).order_by(col(Outbox.id))).scalars().all():
        put_back(tx, id_of(row), row.due_at, sender)


def put_strays_back(tx: Tx, sender: str, under_way: list[int]) -> None:
    """Let rows wait again that `sender` took without hearing of it: the answer to the commit was lost."""
    mine = (col(Outbox.state) == OutboxState.SENDING, col(Outbox.sender) == sender)
    taken = tx.execute(select(col(Outbox.id)).where(*mine, col(Outbox.id).not_in(under_way))).scalars()
    put_all_back(tx, [row_id for row_id in taken if row_id is not None], sender)


def refuse(tx: Tx, row_id: int, reason: Refusal, now: datetime) -> None:
    """Let a row wait that its room refused. It is tried again until its time is over, and the owner hears why."""
    row = tx.get_one(Outbox, row_id)
    chat_id = row.chat_id
    if row.not_after is not None and row.not_after <= now and not (row.problem or "").startswith(REFUSED):
        row.state, row.problem = OutboxState.EXPIRED, f"{REFUSED}{reason}"  # taken back while it was on its way
        call_off(tx, [row.verdict_id], Reason.REFUSED, now)
    else:
        due_at, row.not_after = try_again(now, row.not_after)
        row.problem = f"{REFUSED}{reason}"
        put_back(tx, row_id, due_at, row.sender)
    begin(tx, chat_id, reason, now)
    tx.flush()


def lost_room(tx: Tx, row_id: int, now: datetime) -> None:
    """Telegram says that the bot isn't in a room any more: nothing is told there, and the owner hears it."""
    row = tx.get_one(Outbox, row_id)
    row.state, row.problem = OutboxState.FAILED, f"{REFUSED}{Refusal.REMOVED}"
    call_off(tx, [row.verdict_id], Reason.REFUSED, now)
    lose_room(tx, row.chat_id, now)


def moved(tx: Tx, row_id: int, new_chat_id: int, now: datetime) -> None:
    """The chat has a new id: what can be sent there waits for it. Edits and deletions concern the old one."""
    row = tx.get_one(Outbox, row_id)
    if row.act in MESSAGES:
        row.state, row.due_at, row.chat_id = OutboxState.WAITING, now, new_chat_id
    else:
        row.state, row.problem = OutboxState.FAILED, "the group moved"
        call_off(tx, [row.verdict_id], Reason.CANCELLED, now)
    tx.flush()


def after_crash(tx: Tx, sender: str, under_way: Sequence[int] = ()) -> None:
    """Settle what was on its way when a process ended: promised rows are sent again, bulk is *unknown*.

    What `sender` itself sends, and what is `under_way` in its process since an earlier time, is left alone. All other
    senders have ended, as one bot sends at a time.
    """
    not_mine = and_(or_(col(Outbox.sender).is_(None), col(Outbox.sender) != sender), col(Outbox.id).not_in(under_way))
    rows = (
        tx.execute(
            select(Outbox)
            .where(OPEN, col(Outbox.state) == OutboxState.SENDING, not_mine)
            .order_by(col(Outbox.community_id), col(Outbox.id))
        )
        .scalars()
        .all()
    )
    for row in rows:
        if row.lane == Lane.BULK and row.act not in AGAIN:
            row.state = OutboxState.UNKNOWN
            tx.flush()
        else:
            put_back(tx, id_of(row), row.due_at, row.sender)


def uncount(tx: Tx, row_id: int) -> None:
    """A row can't be sent as it is: nothing of it counts."""
    verdict_id = tx.execute(select(col(Outbox.verdict_id)).where(col(Outbox.id) == row_id)).scalar_one_or_none()
    if verdict_id is not None:
        note_not_sent(tx, verdict_id, Reason.CANCELLED)


def edit_soon(tx: Tx, card: Card, chat_id: int, now: datetime) -> None:
    """Promise to bring a card up to date that changed while it was on its way."""
    promise_edit(tx, card.community_id, id_of(card), chat_id, now, now)
