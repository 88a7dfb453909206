"""What is done to the copies of a sending: edit, take back, pin, withdraw. Each reaches all, or says where not."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.posting import Content
from bot.rules.posts.audience import Audience
from bot.rules.posts.limits import check_edit
from bot.rules.posts.sendings import (
    ChangeBegun,
    ChangeDone,
    ChangeKind,
    ChangeRefused,
    CopyProblem,
    NoSuchSending,
    NotReached,
    SendingPolicy,
    SendingStopped,
)
from bot.rules.verdicts import Reason, Ruling
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.contents import content_from_facts, content_to_facts
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.payloads import EditPost, PinPost, TakePostBack
from bot.store.post_copies import drop_promises, promise_change
from bot.store.tables import AuditEntry, FanGroup
from bot.store.tables.attention import Verdict
from bot.store.tables.base import id_of
from bot.store.tables.posts import PostCopy, Sending, SendingState

EDITED = "post.edited"
TAKEN_BACK = "post.taken_back"
PINNED = "post.pinned"
STOPPED = "post.stopped"
"""The audit log's names for what staff do to a post that was sent."""
FIRST = -(2**62)
"""Before every chat id."""
SHOWN = 20
"""Copies that couldn't be reached and are named."""
OPEN_STATES = frozenset({SendingState.WAITING, SendingState.TELLING, SendingState.DONE})


def lock(tx: Tx, sending_id: int, community_id: int | None = None) -> Sending | None:
    """A sending, locked: its changes and the marks of its copies come one after another."""
    query = select(Sending).where(col(Sending.id) == sending_id)
    if community_id is not None:
        query = query.where(col(Sending.community_id) == community_id)
    return tx.execute(query.with_for_update().execution_options(populate_existing=True)).scalar_one_or_none()


def edit(
    tx: Tx, act: Act, sending_id: int, content: Content, policy: SendingPolicy
) -> ChangeBegun | ChangeRefused | NoSuchSending:
    """Bring every copy up to date. What hasn't left yet leaves as it is now."""
    sending = lock(tx, sending_id, act.community_id)
    answer = first_answer(tx, act, ChangeBegun, EDITED)
    if answer is not None:
        return answer
    if sending is None or sending.state not in OPEN_STATES:
        return NoSuchSending()
    before = sending.content
    private = Audience.from_facts(sending.audience).private
    problem = check_edit(content_from_facts(before), content, private=private)
    if problem is not None:
        return ChangeRefused(problem)
    sending.content = content_to_facts(content)
    return _begin(tx, act, sending, ChangeKind.EDIT, {"content": before}, policy)


def undo_edit(tx: Tx, act: Act, entry: AuditEntry, policy: SendingPolicy) -> bool:
    """Let a post say again what it said before; False if it was changed since, or taken back."""
    if entry.subject_id is None or entry.before is None:
        return False
    sending = lock(tx, entry.subject_id, act.community_id)
    if sending is None or sending.state not in OPEN_STATES or sending.changed_at != entry.at:
        return False
    sending.content = entry.before["content"]
    _change(tx, sending, ChangeKind.EDIT, act.at, policy)
    return True


def take_back(tx: Tx, act: Act, sending_id: int, policy: SendingPolicy) -> ChangeBegun | NoSuchSending:
    """Delete every copy, and send no more."""
    sending = lock(tx, sending_id, act.community_id)
    answer = first_answer(tx, act, ChangeBegun, TAKEN_BACK)
    if answer is not None:
        return answer
    if sending is None:
        return NoSuchSending()
    # A second time reaches what the first couldn't.
    sending.state = SendingState.TAKEN_BACK
    return _begin(tx, act, sending, ChangeKind.TAKE_BACK, None, policy)


def withdraw_everywhere(tx: Tx, act: Act, sending_id: int, policy: SendingPolicy) -> bool:
    """Take a sending back without an entry of its own; False if that was done already."""
    sending = lock(tx, sending_id, act.community_id)
    if sending is None or sending.state == SendingState.TAKEN_BACK:
        return False
    sending.state = SendingState.TAKEN_BACK
    _change(tx, sending, ChangeKind.TAKE_BACK, act.at, policy)
    return True


def cancel(tx: Tx, act: Act, sending_id: int, policy: SendingPolicy) -> SendingStopped | NoSuchSending:
    """Stop a sending: what hasn't left doesn't leave any more, and what has stays."""
    sending = lock(tx, sending_id, act.community_id)
    answer = first_answer(tx, act, SendingStopped, STOPPED)
    if answer is not None:
        return answer
    if sending is None or sending.state not in OPEN_STATES:
        return NoSuchSending()
    sending.state = SendingState.CANCELLED
    gone, promised = tx.execute(
        select(func.count(col(PostCopy.sent_at)), func.count()).where(col(PostCopy.sending_id) == sending_id)
    ).one()
    entry = record_act(tx, act, STOPPED, f"#{sending.post_id}", subject_id=sending_id)
    _change(tx, sending, ChangeKind.WITHDRAW, act.at, policy)
    stopped = SendingStopped(sending_id, gone, promised - gone)
    entry.answer = causes.to_json(stopped)
    return stopped


def pin(tx: Tx, act: Act, sending_id: int, *, on: bool) -> ChangeBegun | NoSuchSending:
    """Pin every copy in a room, or unpin it. Rooms are few: all are promised it at once."""
    sending = lock(tx, sending_id, act.community_id)
    answer = first_answer(tx, act, ChangeBegun, PINNED)
    if answer is not None:
        return answer
    if sending is None or sending.state not in OPEN_STATES:
        return NoSuchSending()
    sending.change = ChangeKind.PIN if on else ChangeKind.UNPIN
    rooms = [copy for copy in _copies(tx, sending_id, FIRST, None) if copy.chat_id < 0 and copy.message_id is not None]
    for copy in rooms:
        copy.problem = None
        promise_change(tx, copy, PinPost(id_of(copy), on=on), act.at)
    entry = record_act(tx, act, PINNED, f"#{sending.post_id}", subject_id=sending_id, after={"on": on})
    begun = ChangeBegun(sending_id, ChangeKind(sending.change), len(rooms), id_of(entry))
    entry.answer = causes.to_json(begun)
    return begun


def _begin(
    tx: Tx, act: Act, sending: Sending, kind: ChangeKind, before: dict[str, object] | None, policy: SendingPolicy
) -> ChangeBegun:
    copies = _change(tx, sending, kind, act.at, policy)
    name = EDITED if kind is ChangeKind.EDIT else TAKEN_BACK
    entry = record_act(tx, act, name, f"#{sending.post_id}", subject_id=sending.id, before=before)
    begun = ChangeBegun(id_of(sending), kind, copies, id_of(entry))
    entry.answer = causes.to_json(begun)
    return begun


def _change(tx: Tx, sending: Sending, kind: ChangeKind, now: datetime, policy: SendingPolicy) -> int:
    """Begin a change; how many copies it is to reach. Rooms hear of it in this transaction, fans by the clock."""
    sending.change, sending.changed_at, sending.change_after = kind, now, FIRST
    tx.flush()
    copies = tx.execute(
        select(func.count()).where(
            col(PostCopy.sending_id) == sending.id,
            col(PostCopy.message_id).is_not(None),
            col(PostCopy.gone_at).is_(None),
        )
    ).scalar_one()
    if _go_on(tx, sending, now, policy):
        tx.info[PLANNED] = True
    return copies


def list_changing(session: Session) -> list[int]:
    """Sendings with a change that isn't promised to all copies."""
    found = session.execute(select(col(Sending.id)).where(col(Sending.change_after) >= FIRST)).scalars()
    return [sending_id for sending_id in found if sending_id is not None]


def continue_change(tx: Tx, sending_id: int, now: datetime, policy: SendingPolicy) -> bool:
    """Promise a change to the next copies; False if none are left."""
    sending = lock(tx, sending_id)
    return sending is not None and sending.change_after is not None and _go_on(tx, sending, now, policy)


def _go_on(tx: Tx, sending: Sending, now: datetime, policy: SendingPolicy) -> bool:
    copies = _copies(tx, id_of(sending), sending.change_after or FIRST, policy.chunk)
    if sending.change != ChangeKind.EDIT:
        _withdraw(tx, [copy for copy in copies if copy.sent_at is None], now)
    if sending.change != ChangeKind.WITHDRAW:
        for copy in copies:
            if copy.message_id is not None and copy.gone_at is None:
                copy.problem = None
                number = id_of(copy)
                payload = EditPost(number) if sending.change == ChangeKind.EDIT else TakePostBack(number)
                promise_change(tx, copy, payload, now)
    sending.change_after = copies[-1].chat_id if len(copies) == policy.chunk else None
    tx.flush()
    return sending.change_after is not None


def _withdraw(tx: Tx, copies: Sequence[PostCopy], now: datetime) -> None:
    """Withdraw copies that haven't left. Those that are on their way find the sending over, or are taken back later."""
    gone = drop_promises(tx, copies)
    verdicts = [verdict_id for _, verdict_id in gone if verdict_id is not None]
    if verdicts:
        tx.execute(
            update(Verdict)
            .where(col(Verdict.id).in_(verdicts))
            .values(ruling=Ruling.DROP, reason=Reason.CANCELLED, decided_at=now, counts=False)
        )
    chats = {chat_id for chat_id, _ in gone}
    withdrawn = [copy.id for copy in copies if copy.chat_id in chats]
    tx.execute(delete(PostCopy).where(col(PostCopy.id).in_(withdrawn)))


def _copies(tx: Tx, sending_id: int, after: int, limit: int | None) -> list[PostCopy]:
    """The next copies of a sending, in the order of their chats."""
    return list(
        tx.execute(
            select(PostCopy)
            .where(col(PostCopy.sending_id) == sending_id, col(PostCopy.chat_id) > after)
            .order_by(col(PostCopy.chat_id))
            .limit(limit)
        ).scalars()
    )


def changed(session: Session, community_id: int, sending_id: int) -> ChangeDone | NoSuchSending:
    """How far the last change of a sending is, and where it couldn't reach its copies."""
    sending = session.get(Sending, sending_id)
    if sending is None or sending.community_id != community_id:
        return NoSuchSending()
    if sending.change is None:
        return ChangeDone(None, 0, 0)
    kind = ChangeKind(sending.change)
    mine = (col(PostCopy.sending_id) == sending_id, col(PostCopy.sent_at).is_not(None))
    rooms_only = (col(PostCopy.chat_id) < 0,) if kind in {ChangeKind.PIN, ChangeKind.UNPIN} else ()
    sent = _count(session, *mine, *rooms_only)
    failed = _count(session, *mine, *rooms_only, col(PostCopy.problem).is_not(None))
    reached = _count(session, *mine, *rooms_only, col(PostCopy.problem).is_(None), _has(sending, kind))
    return ChangeDone(kind, reached, sent - failed - reached, _problems(session, sending_id), failed)


def _has(sending: Sending, kind: ChangeKind) -> ColumnElement[bool]:
    """The condition that a change reached a copy."""
    match kind:
        case ChangeKind.EDIT:
            return col(PostCopy.edited_at) >= sending.changed_at
        case ChangeKind.PIN:
            return col(PostCopy.pinned_at).is_not(None)
        case ChangeKind.UNPIN:
            return col(PostCopy.pinned_at).is_(None)
        case ChangeKind.TAKE_BACK | ChangeKind.WITHDRAW:
            return col(PostCopy.gone_at).is_not(None)


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(PostCopy).where(*conditions)).scalar_one()


def _problems(session: Session, sending_id: int) -> tuple[NotReached, ...]:
    """The first copies that a change couldn't reach, rooms before fans."""
    rows = session.execute(
        select(col(FanGroup.title), col(PostCopy.problem))
        .select_from(PostCopy)
        .outerjoin(FanGroup, col(FanGroup.chat_id) == col(PostCopy.chat_id))
        .where(
            col(PostCopy.sending_id) == sending_id,
            col(PostCopy.sent_at).is_not(None),
            col(PostCopy.problem).is_not(None),
        )
        .order_by(col(PostCopy.chat_id))
        .limit(SHOWN)
    )
    return tuple(NotReached(room, CopyProblem(problem)) for room, problem in rows if problem is not None)
