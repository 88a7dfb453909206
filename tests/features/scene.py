"""A shop and its fans for tests of features, without Telegram."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.domains import (
    DOMAINS,
    follows_of,
    forgetting_of,
    giveaways_of,
    panel_of,
    policies_of,
    resolvers_of,
    undoables_of,
)
from bot.features.communities import Communities
from bot.features.coupons.campaigns import Campaigns
from bot.features.coupons.claims import Claims
from bot.features.people.privacy import Privacy
from bot.features.shops.arrivals import Arrival, arrive
from bot.features.shops.settings import ShopSettings
from bot.features.shops.setup import SetupDialogue
from bot.flows.held_rewards import HeldRewards
from bot.flows.move_group import MoveGroup
from bot.flows.undo import Undo
from bot.rules.act import Act, Sender
from bot.rules.coupons.campaigns import CampaignMade, CouponPolicy, NewCampaign
from bot.rules.fans import Room
from bot.rules.farming import FarmingPolicy
from bot.rules.general import UndoOutcome
from bot.rules.naming import Named
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.shops.setup import SetupPolicy
from bot.rules.tiers import TierPolicy
from bot.rules.words import Language
from bot.store import ledger
from bot.store.coupons.hand_out import Choice, ClaimTools
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.messages import departures
from bot.store.tables import Campaign, metadata
from bot.store.tables.messages import OutboxState

POLICIES = policies_of(DOMAINS)
TIERS = POLICIES[TierPolicy]
FORGETTING = forgetting_of(DOMAINS, POLICIES)
PANEL = panel_of(DOMAINS, POLICIES)
"""All that the staff's panel can do, and lists."""
GIVEAWAYS = giveaways_of(DOMAINS)

NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""Monday noon in Seoul."""

ROOM = Room(-1001)
"""The shop's private room, in which fans act unless told otherwise."""
OWNER = Sender(1, "Mina", "mina", "ko", ROOM)


def fan(number: int) -> Sender:
    """The fan with this number."""
    return Sender(100 + number, f"Fan {number}", f"fan{number}", "ko", ROOM)


def outside(sender: Sender) -> Sender:
    """The same person in the private chat, or under a channel's card."""
    return replace(sender, room=None)


def in_public(sender: Sender, chat_id: int = -1001) -> Sender:
    """The same person in a room where strangers can act too."""
    return replace(sender, room=Room(chat_id, public=True))


def named(sender: Sender) -> Named:
    """A person as staff name them by username, else by reply."""
    return Named(sender.user_id, f"@{sender.username}" if sender.username else sender.name)


def days(number: int) -> datetime:
    """Noon, `number` days after the first Monday."""
    return NOON + timedelta(days=number)


async def shop(
    db: Database,
    owner: Sender = OWNER,
    chat_id: int = -1001,
    *,
    timezone: str = "Asia/Seoul",
    into: int | None = None,
    title: str = "Silk room",
) -> Place:
    """A community with one group; with `into` one more group of that community."""
    arrived = await db.write(
        arrive, Arrival(chat_id, title, owner, Language.KO, NOON, is_admin=True, into=into), open_to_all=True
    )
    assert arrived is not None
    return replace(arrived.group.place, timezone=timezone)


@dataclass
class Causes:
    """Fresh causes, one an act."""

    last: int = 0

    def next(self) -> str:
        """A cause that was never used."""
        self.last += 1
        return f"42:{self.last}"


def dice(seed: int = 1) -> Choice:
    """A source of codes that gives the same ones in every run."""
    return random.Random(seed).choice


def till(db: Database, seed: int = 1) -> Claims:
    """What fans do with coupons, with codes that are the same in every run."""
    return Claims(db, ClaimTools.of(POLICIES, dice(seed)))


def campaigns_of(db: Database) -> Campaigns:
    """What staff do with campaigns."""
    return Campaigns(db, POLICIES[CouponPolicy])


def desk(db: Database) -> ShopSettings:
    """What the owner does with the shop's settings."""
    return ShopSettings(db)


def setup_panel(db: Database) -> SetupDialogue:
    """What the owner does with the panel of the set-up."""
    return SetupDialogue(db, SetupPolicy())


def act_of(
    place: Place, sender: Sender = OWNER, at: datetime = NOON, cause: str = "1:1", role: Role | None = None
) -> Act:
    """An act of a person: the owner's by default; `role` is theirs unless it is given."""
    found = role or (Role.OWNER if sender.user_id == place.owner_id else Role.FAN)
    return Act(place, sender, at, cause, sender.user_id, found)


def staff_act(place: Place, actor_id: int, at: datetime, cause: str, role: Role = Role.OPERATOR) -> Act:
    """An act of staff who are known by their id."""
    return Act(place, replace(OWNER, user_id=actor_id), at, cause, actor_id, role)


def act_by(place: Place, actor_id: int, at: datetime = NOON, cause: str = "1:1") -> Act:
    """An act of staff, known by their id alone: the owner's, or an operator's."""
    role = Role.OWNER if actor_id == place.owner_id else Role.OPERATOR
    return Act(place, replace(OWNER, user_id=actor_id), at, cause, actor_id, role)


def undoing(db: Database) -> Undo:
    """What takes acts back, with all that domains registered."""
    return Undo(db, POLICIES, undoables_of(DOMAINS, POLICIES), GIVEAWAYS, lambda: None)


def privacy(db: Database) -> Privacy:
    """What deletes a person's data, with all that domains registered."""
    return Privacy(db, FORGETTING)


def held_rewards(db: Database) -> HeldRewards:
    """What decides on held rewards, with all that domains registered."""
    return HeldRewards(db, POLICIES[FarmingPolicy], GIVEAWAYS, resolvers_of(DOMAINS, POLICIES))


async def follow(db: Database, cache: Communities, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
    """A group becomes a supergroup."""
    await MoveGroup(db, cache, POLICIES, follows_of(DOMAINS)).follow(old_chat_id, new_chat_id, at)


async def undo(
    db: Database,
    place: Place,
    actor_id: int,
    at: datetime,
    cause: str,
    audit_id: int | None = None,
    *,
    role: Role | None = None,
) -> UndoOutcome:
    """`/undo` by the owner, or by an operator, whoever else acts."""
    role = role or (Role.OWNER if actor_id == place.owner_id else Role.OPERATOR)
    act = Act(place, replace(OWNER, user_id=actor_id), at, cause, actor_id, role)
    return await undoing(db).undo(act, audit_id)


async def offer(db: Database, place: Place, wish: NewCampaign, cause: str, at: datetime = NOON) -> tuple[int, int]:
    """Make a campaign; its row id (what buttons carry) and its number (what staff type)."""
    made = await campaigns_of(db).make(act_by(place, OWNER.user_id, at, cause), wish)
    assert isinstance(made, CampaignMade)
    return await db.read(_id_of, place.community_id, made.number), made.number


def _id_of(session: Session, community_id: int, number: int) -> int:
    found = session.execute(
        select(col(Campaign.id)).where(col(Campaign.community_id) == community_id, col(Campaign.number) == number)
    ).scalar_one()
    assert found is not None
    return found


async def give(db: Database, place: Place, sender: Sender, coins: int) -> None:
    """Let the shop pay a fan some coins."""
    await db.write(_give, place, sender, coins)


def _give(tx: Tx, place: Place, sender: Sender, coins: int) -> None:
    member = standing(tx, place.community_id, sender, NOON)
    if coins:
        key = f"present:{member.member_id}:{member.balance}"
        ledger.pay(
            tx,
            ledger.TransferHeader(place.community_id, key, "present", NOON, place.timezone),
            member_account=member.account_id,
            shop=place.shop_account,
            amount=coins,
        )


async def balance(db: Database, place: Place, sender: Sender) -> int:
    """How many coins a fan has."""
    rows = await query(
        db,
        "SELECT a.balance FROM account a JOIN member m ON m.id = a.member_id "
        "WHERE m.community_id = :community AND m.user_id = :fan",
        community=place.community_id,
        fan=sender.user_id,
    )
    return int(rows[0][0])


async def deliver_all(db: Database, at: datetime = NOON) -> None:
    """All messages that wait are delivered, as the sender marks it."""
    for (row_id,) in await query(db, "SELECT id FROM outbox WHERE state = 'waiting'"):
        await db.write(departures.write_mark, row_id, departures.Mark(OutboxState.SENT), at)


async def query(db: Database, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Rows that a test looks at directly."""
    return await db.read(lambda rx: [tuple(row) for row in rx.execute(text(sql), parameters)])


TABLES = tuple(table.name for table in metadata.sorted_tables if table.name not in {"inbox", "coin_fold"})
"""All tables but that of updates that wait to be handled, and how far the clock has folded transfers."""


async def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table: two of these are equal if nothing changed between."""
    return {table: sorted(await query(db, f"SELECT * FROM {table}"), key=repr) for table in TABLES}  # noqa: S608
