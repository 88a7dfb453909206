"""What the buyer of a favour wishes: asked once it is theirs, kept beside the purchase, told to the owner."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.coin_shop.items import FavourWaiting, FavourWished
from bot.rules.coin_shop.shelf import ItemKind, NoSuchItem, PurchaseState, ShopPolicy
from bot.rules.coin_shop.wishes import WishAsked, WishLeft, WishNoted, WishOutcome, WishTooLong
from bot.store.dialogues import close_dialogue, find_dialogue, note_dialogue_message, open_dialogue
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.tables import Item, Member, Person, Purchase

KIND = "favour"
"""The dialogue's kind."""
OWNER_TOLD_WITHIN = timedelta(days=1)
"""How long the bot tries to tell the owner of a favour."""


def favour_key(purchase_id: int) -> str:
    """How the keys begin of what the owner is told of a favour."""
    return f"favour:{purchase_id}"


class Wishes:
    """Use cases of what buyers of favours wish."""

    def __init__(self, db: Database, policy: ShopPolicy) -> None:
        self._db = db
        self._policy = policy

    async def ask(self, act: Act, purchase_id: int) -> WishAsked | NoSuchItem:
        """Ask the buyer; what they write next in private answers it."""
        return await self._db.write(ask, act, purchase_id, self._policy)

    async def take(self, act: Act, text: str) -> WishOutcome:
        """Take what the buyer wrote."""
        return await self._db.write(take, act, text, self._policy)

    async def leave(self, user_id: int) -> WishLeft:
        """They say nothing."""
        return await self._db.write(leave, user_id)

    async def shop_of(self, user_id: int) -> int | None:
        """The community whose question is open; None if none is."""
        return await self._db.read(_shop_of, user_id)

    async def shown_in(self, user_id: int, message_id: int | None) -> None:
        """Remember which message asks."""
        await self._db.write(note_dialogue_message, user_id, message_id)


class _Favour(NamedTuple):
    """A favour that waits, with its item and its buyer."""

    purchase: Purchase
    item: Item
    buyer: Person


def tell_of_purchase(tx: Tx, act: Act, purchase_id: int) -> None:
    """Tell the owner who bought what staff do by hand."""
    found = _favour(tx, act, purchase_id)
    if found is not None:
        item, buyer = found.item, found.buyer
        told = FavourWaiting(purchase_id, item.number, item.title, buyer.name, buyer.user_id, buyer.username)
        tell_owner(tx, act.place, told, _terms(act, f"{favour_key(purchase_id)}:bought"))


def ask(tx: Tx, act: Act, purchase_id: int, policy: ShopPolicy) -> WishAsked | NoSuchItem:
    """Open the question, if the favour is the sender's and waits."""
    found = _favour(tx, act, purchase_id)
    if found is None:
        return NoSuchItem()
    open_dialogue(tx, act.sender.user_id, act.community_id, KIND, "wish", act.at, purchase=purchase_id)
    return WishAsked(purchase_id, found.item.title, found.purchase.wish, policy.max_wish)


def take(tx: Tx, act: Act, text: str, policy: ShopPolicy) -> WishOutcome:
    """Keep the wish beside the purchase, and tell the owner of it."""
    dialogue = find_dialogue(tx, act.sender.user_id)
    if dialogue is None or dialogue.kind != KIND or dialogue.community_id != act.community_id:
        return WishLeft()
    found = _favour(tx, act, dialogue.filled["purchase"])
    wish = " ".join(text.split())
    if found is not None and not 0 < len(wish) <= policy.max_wish:
        return WishTooLong(policy.max_wish)
    if not close_dialogue(tx, act.sender.user_id) or found is None:  # another answer was first
        return WishLeft()
    purchase, item, buyer = found
    purchase.wish = wish
    tx.flush()
    purchase_id = dialogue.filled["purchase"]
    told = FavourWished(purchase_id, item.number, item.title, buyer.name, buyer.user_id, buyer.username, wish)
    tell_owner(tx, act.place, told, _terms(act, f"{favour_key(purchase_id)}:{act.cause}"))
    return WishNoted(purchase_id, item.title, wish)


def leave(tx: Tx, user_id: int) -> WishLeft:
    """Close the question, if it is open."""
    dialogue = find_dialogue(tx, user_id)
    if dialogue is not None and dialogue.kind == KIND:
        close_dialogue(tx, user_id)
    return WishLeft()


def _shop_of(session: Session, user_id: int) -> int | None:
    dialogue = find_dialogue(session, user_id)
    return dialogue.community_id if dialogue is not None and dialogue.kind == KIND else None


def _favour(tx: Tx, act: Act, purchase_id: int) -> _Favour | None:
    """The sender's own favour, locked; None if it isn't theirs, or nobody waits for it any more."""
    row = tx.execute(
        select(Purchase, Item, Person)
        .join(Item, col(Item.id) == col(Purchase.item_id))
        .join(Member, col(Member.id) == col(Purchase.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(Purchase.id) == purchase_id,
            col(Purchase.community_id) == act.community_id,
            col(Purchase.kind) == ItemKind.FAVOUR,
            col(Purchase.state) == PurchaseState.WAITING,
            col(Member.user_id) == act.sender.user_id,
        )
        .with_for_update(of=Purchase)
    ).one_or_none()
    return _Favour(*row) if row is not None else None


def _terms(act: Act, key: str) -> Terms:
    return Terms(now=act.at, key=key, not_after=act.at + OWNER_TOLD_WITHIN)
