"""Cards: messages of ours that live on by edits, promised like every other message."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, delete, exists, func, literal_column, select, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from bot.rules.refusals import GIVEN_UP_AFTER, HUNG_AGAIN
from bot.rules.verdicts import Reason
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PROMISED, Tx
from bot.store.messages.outbox import Terms, promise, take_away_later
from bot.store.messages.payloads import POST, DamagedError, EditCard, PostCard, WitnessOf
from bot.store.tables import Card, FanGroup, Outbox
from bot.store.tables.base import Id, id_of
from bot.store.tables.messages import OPEN, Lane, OutboxState
from bot.store.verdicts import call_off, take_verdicts_back

_CARDS = Hot(
    select(col(Card.id), col(Card.chat_id), col(Card.message_id), col(Card.edited_at)).where(
        and_(
            col(Card.kind) == bindparam("kind"),
            col(Card.subject_id) == bindparam("subject_id", type_=Id),
        )
    )
)


@dataclass(frozen=True, slots=True)
class CardSubject:
    """What a card shows: which kind of thing, and which one."""

    community_id: int
    kind: str
    subject_id: int


def hang_cards(tx: Tx, subject: CardSubject, terms: Terms, *, turns_at: datetime | None = None) -> list[int]:
    """Promise a card in each group of the community that the bot is in; their chats. See `hang_card`."""
    chats = [group.chat_id for group in groups_of(tx, subject.community_id)]
    for chat_id in chats:
        hang_card(tx, subject, chat_id, terms, turns_at=turns_at)
    return chats


def hang_card(tx: Tx, subject: CardSubject, chat_id: int, terms: Terms, *, turns_at: datetime | None = None) -> None:
    """Promise one card in one chat.

    Of `terms` the times are used, and what the budget is told. `turns_at` is when the card changes by itself (a window
    closes): it is edited then, and it isn't hung later than that if `terms` name no other end.
    """
    card_id = _add_card(tx, subject, chat_id)
    # SQLite may give the id of a card that was taken down to the one that takes its place elsewhere.
    key = f"card:{card_id}:{chat_id}"
    post = replace(_for_card(terms, subject), key=key, not_after=terms.not_after or turns_at, lane=Lane.POST)
    promise(tx, subject.community_id, chat_id, PostCard(card_id, silent=terms.instead), post)
    if turns_at is not None:
        turn = Terms(now=terms.now, key=f"{key}:turns", due_at=turns_at)
        promise(tx, subject.community_id, chat_id, EditCard(card_id), turn)


def _for_card(terms: Terms, subject: CardSubject) -> Terms:
    return replace(terms, kind=subject.kind, subject_id=subject.subject_id)


def _add_card(tx: Tx, subject: CardSubject, chat_id: int) -> int:
    card = Card(community_id=subject.community_id, kind=subject.kind, subject_id=subject.subject_id, chat_id=chat_id)
    tx.add(card)
    tx.flush()
    return id_of(card)


def has_stale_card(kind: str, subject: str) -> ColumnElement[bool]:
    """The condition that a card has no edit waiting that would show what is true then, for `RETURNING` of an update.

    `subject` names the column that says what the card is about, with its table: `packet.id`. It is a literal condition,
    because in `RETURNING` SQLAlchemy leaves out the tables' names on SQLite: `id` would mean the card's own.
    """
    return literal_column(
        f"EXISTS (SELECT card.id FROM card WHERE card.kind = '{kind}' AND card.subject_id = {subject} "  # noqa: S608
        "AND card.message_id IS NOT NULL AND NOT EXISTS (SELECT outbox.id FROM outbox "
        "WHERE outbox.fold_key = 'card:' || card.id AND outbox.state = 'waiting'))",
        Boolean,
    )


def touch_cards(
    tx: Tx, community_id: int, kind: str, subject_id: int, now: datetime, *, every: timedelta | None = None
) -> None:
    """Promise to show the cards' new state, at most once in `every`; now if None (a last state)."""
    for card_id, chat_id, message_id, edited_at in tx.rows(_CARDS, kind=kind, subject_id=subject_id):
        if message_id is None:
            continue  # not posted yet: it will show what is true when it is
        due_at = now if every is None or edited_at is None else max(now, edited_at + every)
        if every is None:
            # The last state doesn't wait behind a later planned edit.
            tx.execute(
                delete(Outbox).where(
                    col(Outbox.fold_key) == f"card:{card_id}",
                    col(Outbox.state) == OutboxState.WAITING,
                    col(Outbox.due_at) > now,
                )
            )
        promise_edit(tx, community_id, card_id, chat_id, due_at, now)


def promise_edit(tx: Tx, community_id: int, card_id: int, chat_id: int, due_at: datetime, now: datetime) -> None:
    """Promise one edit; it folds into one that waits already."""
    terms = Terms(now=now, due_at=due_at, fold_key=f"card:{card_id}")
    promise(tx, community_id, chat_id, EditCard(card_id), terms)


def edit_in_time(tx: Tx, card: Card, turns_at: datetime, now: datetime) -> None:
    """Promise an edit for when a card changes by itself. However often that is said, it is edited once."""
    terms = Terms(now=now, key=f"card:{card.id}:{card.chat_id}:turns:{turns_at.isoformat()}", due_at=turns_at)
    promise(tx, card.community_id, card.chat_id, EditCard(id_of(card)), terms)


def announce(tx: Tx, subject: CardSubject, terms: Terms) -> int:
    """Promise a new card in each group and the channel, ahead of everything else; how many.

    The key tells one announcement of a subject from another (what moved it). A card that hangs already stays until the
    new one hangs, and is taken away then.
    """
    chats = chats_of(tx, subject.community_id)
    cards = _cards_of(tx, subject)
    for chat_id in chats:
        card = cards.get(chat_id)
        card_id = _add_card(tx, subject, chat_id) if card is None else id_of(card)
        post_anew(tx, subject.community_id, card_id, chat_id, _for_card(terms, subject))
    return len(chats)


def post_anew(tx: Tx, community_id: int, card_id: int, chat_id: int, terms: Terms) -> None:
    """Promise to hang a card in one chat ahead of everything else, though it may hang there.

    The key of `terms` tells this announcement of the card from others.
    """
    own_key = replace(terms, key=f"card:{card_id}:{chat_id}:{terms.key}", lane=Lane.LIVE)
    promise(tx, community_id, chat_id, PostCard(card_id, anew=True), own_key)


def _cards_of(tx: Tx, subject: CardSubject) -> dict[int, Card]:
    """The cards of a subject by their chat, hanging or not."""
    rows = tx.execute(
        select(Card).where(col(Card.kind) == subject.kind, col(Card.subject_id) == subject.subject_id)
    ).scalars()
    return {card.chat_id: card for card in rows}


def hang_again(tx: Tx, *, card_id: int, message_id: int, too_old: bool, now: datetime) -> None:
    """A card's message was deleted, or can't be edited any more: promise it anew, a few times a card.

    Nothing happens if another message shows the card already. A message that is `too_old` is taken away.
    """
    card = tx.execute(
        select(Card).where(col(Card.id) == card_id, col(Card.message_id) == message_id).with_for_update()
    ).scalar_one_or_none()
    if card is None:
        return
    key = f"card:{card_id}:{card.chat_id}:again:"
    before = tx.execute(
        select(func.count()).select_from(Outbox).where(col(Outbox.key).startswith(key, autoescape=True))
    ).scalar_one()
    if before >= HUNG_AGAIN:
        return
    card.message_id = None
    tx.flush()
    until = now + GIVEN_UP_AFTER
    terms = Terms(now=now, key=f"{key}{message_id}", not_after=until, instead=True)
    terms = _for_card(terms, CardSubject(card.community_id, card.kind, card.subject_id))
    promise(tx, card.community_id, card.chat_id, PostCard(card_id, silent=True), terms)
    if too_old:
        take_away_later(tx, card.community_id, card.chat_id, message_id, due_at=now, now=now)


def announce_missing(tx: Tx, subject: CardSubject, terms: Terms) -> list[int]:
    """Promise a card where none hangs or is on its way: the bot came there since, or it wasn't told in time; the chats.

    The key tells this announcement from those before it.
    """
    cards = _cards_of(tx, subject)
    open_posts = _posts_of(tx, subject.community_id, {card.id for card in cards.values()})
    coming = set(tx.execute(select(col(Outbox.chat_id)).where(col(Outbox.id).in_(open_posts))).scalars())
    missing = [
        chat_id
        for chat_id in chats_of(tx, subject.community_id)
        if chat_id not in coming and (chat_id not in cards or cards[chat_id].message_id is None)
    ]
    for chat_id in missing:
        card = cards.get(chat_id)
        card_id = _add_card(tx, subject, chat_id) if card is None else id_of(card)
        post_anew(tx, subject.community_id, card_id, chat_id, _for_card(terms, subject))
    return missing


def hasten(tx: Tx, community_id: int, kind: str, subject_id: int, now: datetime, not_after: datetime) -> list[int]:
    """Send now what was announced for later; the chats. What is on its way or hangs already isn't sent twice."""
    hastened = tx.execute(
        update(Outbox)
        .where(
            col(Outbox.id).in_(_announced(tx, community_id, kind, subject_id)),
            col(Outbox.state) == OutboxState.WAITING,
        )
        .values(due_at=now, not_after=not_after)
        .returning(col(Outbox.chat_id))
    ).scalars()
    chats = list(hastened.all())
    if chats:
        tx.info[PROMISED] = True
    return chats


def edit_witnessed(tx: Tx, subject: CardSubject, chat_id: int, witness: WitnessOf, terms: Terms) -> bool:
    """Promise an edit of the card that hangs in a chat, of which the witness hears; False if none hangs there.

    The card shows what the witness's kind says, not its own state.
    """
    card_id = tx.execute(
        select(col(Card.id)).where(
            col(Card.kind) == subject.kind,
            col(Card.subject_id) == subject.subject_id,
            col(Card.chat_id) == chat_id,
            col(Card.message_id).is_not(None),
        )
    ).scalar_one_or_none()
    return card_id is not None and promise(tx, subject.community_id, chat_id, EditCard(card_id, witness), terms)


def hanging_in(session: Session, kind: str, subject_id: int) -> set[int]:
    """Chats in which a card of this subject hangs."""
    return set(
        session.execute(
            select(col(Card.chat_id)).where(
                col(Card.kind) == kind, col(Card.subject_id) == subject_id, col(Card.message_id).is_not(None)
            )
        ).scalars()
    )


def withdraw(tx: Tx, community_id: int, kind: str, subject_id: int, now: datetime) -> None:
    """Take back an announcement. What is on its way and fails isn't tried again."""
    announced = col(Outbox.id).in_(_announced(tx, community_id, kind, subject_id))
    gone = delete(Outbox).where(announced, col(Outbox.state) == OutboxState.WAITING).returning(col(Outbox.verdict_id))
    call_off(tx, tx.execute(gone).scalars(), Reason.CANCELLED, now)
    tx.execute(update(Outbox).where(announced, col(Outbox.state) == OutboxState.SENDING).values(not_after=now))


def _announced(tx: Tx, community_id: int, kind: str, subject_id: int) -> list[int]:
    cards = tx.execute(select(col(Card.id)).where(col(Card.kind) == kind, col(Card.subject_id) == subject_id)).scalars()
    return _posts_of(tx, community_id, set(cards))


def _posts_of(tx: Tx, community_id: int, card_ids: set[int | None]) -> list[int]:
    """Promises to hang these cards that are open."""
    rows = tx.execute(
        select(col(Outbox.id), col(Outbox.facts)).where(
            col(Outbox.community_id) == community_id,
            OPEN,
            col(Outbox.act) == POST,
        )
    ).all()
    found = []
    for row_id, facts in rows:
        with suppress(DamagedError):  # the sender sets it aside
            if row_id is not None and PostCard.from_facts(facts).card_id in card_ids:
                found.append(row_id)
    return found


def _verdicts(ids: Iterable[int | None]) -> list[int]:
    return [one for one in ids if one is not None]


def groups_of(session: Session, community_id: int) -> list[FanGroup]:
    """The community's groups that the bot is in, oldest first; not its channel, where nobody plays."""
    return list(
        session.execute(
            select(FanGroup)
            .where(
                col(FanGroup.community_id) == community_id,
                col(FanGroup.left_at).is_(None),
                col(FanGroup.is_channel).is_(False),
            )
            .order_by(col(FanGroup.id))
        ).scalars()
    )


def chats_of(session: Session, community_id: int) -> list[int]:
    """Chats in which the community is told things, oldest first: its groups and its channel.

    A channel's discussion group isn't one of them: Telegram forwards the channel's posts there, with their buttons.
    """
    return list(
        session.execute(
            select(col(FanGroup.chat_id))
            .where(col(FanGroup.community_id) == community_id, col(FanGroup.left_at).is_(None), told_directly())
            .order_by(col(FanGroup.id))
        ).scalars()
    )


def told_directly() -> ColumnElement[bool]:
    """Whether a room isn't the discussion group of a channel of the shop in which the bot may post."""
    channel = aliased(FanGroup)
    return ~exists(
        select(col(channel.id)).where(
            col(channel.community_id) == col(FanGroup.community_id),
            col(channel.is_channel),
            col(channel.is_admin),
            col(channel.left_at).is_(None),
            col(channel.linked_chat_id) == col(FanGroup.chat_id),
        )
    )


def move_cards(tx: Tx, kind: str, old_chat_id: int, new_chat_id: int) -> list[tuple[int, int]]:
    """Let cards follow their chat to its new id, where no message of theirs hangs: (card, subject) of those that hung.

    What was announced goes with its card. What the new chat shows already isn't shown there twice.
    """
    shown = set(
        tx.execute(
            select(col(Card.subject_id)).where(col(Card.kind) == kind, col(Card.chat_id) == new_chat_id)
        ).scalars()
    )
    cards = tx.execute(select(Card).where(col(Card.kind) == kind, col(Card.chat_id) == old_chat_id)).scalars().all()
    hung = []
    for card in cards:
        if card.subject_id in shown:
            theirs = col(Outbox.id).in_(_posts_of(tx, card.community_id, {card.id}))
            gone = delete(Outbox).where(theirs, col(Outbox.state) == OutboxState.WAITING)
            take_verdicts_back(tx, _verdicts(tx.execute(gone.returning(col(Outbox.verdict_id))).scalars()))
            tx.delete(card)
            continue
        if card.message_id is not None:
            hung.append((id_of(card), card.subject_id))
        card.chat_id, card.message_id = new_chat_id, None
    tx.flush()
    return hung


def take_down(tx: Tx, kind: str, old_chat_id: int, new_chat_id: int) -> list[int]:
    """Forget the cards that hung in a chat whose message ids mean nothing any more. Returns what they showed.

    Cards that weren't posted yet just change their chat; what the new chat shows already isn't shown there twice.
    """
    shown = set(
        tx.execute(
            select(col(Card.subject_id)).where(col(Card.kind) == kind, col(Card.chat_id) == new_chat_id)
        ).scalars()
    )
    cards = tx.execute(select(Card).where(col(Card.kind) == kind, col(Card.chat_id) == old_chat_id)).scalars().all()
    void = []
    for card in cards:
        if card.subject_id in shown:
            tx.delete(card)
        elif card.message_id is not None:
            void.append(card.subject_id)
            tx.delete(card)
        else:
            card.chat_id = new_chat_id
    tx.flush()
    return void
