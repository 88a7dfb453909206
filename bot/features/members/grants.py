"""Staff give a fan coins of the shop, with a reason. The fan is told alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.features.members.of_fan import GRANTED, FanFound, lock_fan
from bot.rules.act import Act
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.members.care import FanGranted, Grant, GrantBack, GrantTold, NoGrantOutside
from bot.rules.members.lists import NoFanHere
from bot.rules.outcome import Outcome
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.store import causes, ledger
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.giveaways import Giveaways, Gives
from bot.store.messages.cards import groups_of
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import Ways, tell_here, withdraw_messages
from bot.store.places import lock_shop
from bot.store.private_messages import reader_of, readers_among
from bot.store.tables import AuditEntry, Person
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane

TOLD_WITHIN = timedelta(days=2)
"""How long the message to the fan may be on its way."""

GrantOutcome = FanGranted | GiveawayTooMuch | NoGrantOutside | NoFanHere


class Grants:
    """Use cases of grants."""

    def __init__(self, db: Database, giveaways: Giveaways) -> None:
        self._db = db
        self._giveaways = giveaways

    async def grant(self, act: Act, member_id: int, wish: Grant) -> GrantOutcome:
        """Give a fan coins."""
        return await self._db.write(grant, act, member_id, wish, self._giveaways)

    async def left_today(self, act: Act) -> int | None:
        """Coins that the actor can still give away today; None for the owner, who has no limit."""
        if act.role is Role.OWNER:
            return None
        return await self._db.read(self._giveaways.left_today, act.place, act.actor_id, act.at)


def grant(tx: Tx, act: Act, member_id: int, wish: Grant, giveaways: Giveaways) -> GrantOutcome:
    """Pay a fan from the shop's account. An operator's grants count in their limit of the day."""
    before = first_answer(tx, act, FanGranted)
    if before is not None:
        return before
    fan = lock_fan(tx, act.community_id, member_id)  # accounts are locked before the shop
    if fan is None:
        return NoFanHere("")
    if not fan.here:
        return NoGrantOutside(fan.name)
    lock_shop(tx, act.community_id)
    limited = act.role is not Role.OWNER
    too_much = giveaways.check(tx, act.place, act.actor_id, wish.coins, act.at) if limited else None
    if too_much is not None:
        return too_much
    ledger.pay(
        tx,
        ledger.TransferHeader(act.community_id, key_of(act.cause), "grant", act.at, act.place.timezone),
        member_account=fan.account_id,
        shop=act.place.shop_account,
        amount=wish.coins,
    )
    entry = record_act(
        tx,
        act,
        GRANTED,
        fan.name,
        subject_id=member_id,
        after={"coins": wish.coins, "reason": wish.reason, "key": key_of(act.cause)},
        by_owner=act.role is Role.OWNER,
    )
    told = _tell(tx, act.place, fan, GrantTold(wish.coins, wish.reason, fan.balance + wish.coins), entry)
    entry.after = {**(entry.after or {}), "told": told}
    giveaways.tell_of(tx, act.place, entry, wish.coins)
    left = giveaways.left_today(tx, act.place, act.actor_id, act.at) if limited else None
    outcome = FanGranted(
        act.community_id, member_id, fan.name, wish.coins, wish.reason, told=told, left=left, audit_id=id_of(entry)
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def key_of(cause: str) -> str:
    """The reason key of a grant's transfer: an update grants once."""
    return f"grant:{cause}"


def undo_grant(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take the coins back. False if the fan has spent them, so that fewer are left.

    A message to the fan that hasn't left is withdrawn. Who was told of the coins is told that they are gone.
    """
    fan = lock_fan(tx, act.community_id, entry.subject_id) if entry.subject_id is not None else None
    facts = entry.after or {}
    coins = int(facts.get("coins", 0))
    if fan is None or fan.balance < coins:
        return False
    key = str(facts["key"])
    ledger.take_back(
        tx,
        ledger.TransferHeader(act.community_id, f"{key}:back", "grant back", act.at, act.place.timezone),
        paid_key=key,
    )
    if not withdraw_messages(tx, act.community_id, f"grant:{entry.id}") and facts.get("told"):
        _tell(tx, act.place, fan, GrantBack(coins, fan.balance - coins), entry, undone_at=act.at)
    return True


def _tell(
    tx: Tx, place: Place, fan: FanFound, outcome: Outcome, entry: AuditEntry, undone_at: datetime | None = None
) -> bool:
    """Promise the fan a message: in private if they may be written to, else as a whisper in the group.

    False if neither can be, or if they don't wish to be told what becomes of something of theirs.
    """
    at = undone_at or entry.at
    person = tx.get_one(Person, fan.user_id)
    if not fan.service:
        return False
    wanted = fan.member_id in readers_among(tx, [fan.member_id], place.language, wanted=True, inside=True)
    groups = [group for group in groups_of(tx, place.community_id) if group.is_admin]
    group = min(groups, key=lambda one: not one.is_home, default=None)
    home = group.chat_id if group is not None else None
    if wanted:
        ways = Ways(fan.user_id, can_write=True, aloud=True, instead=home)
    elif home is not None:
        ways = Ways(home, whisper=True)
    else:
        return False
    key = f"grant:{entry.id}:{'told' if undone_at is None else 'back'}"
    terms = Terms(now=at, key=key, not_after=at + TOLD_WITHIN, lane=Lane.REMINDER)
    return tell_here(tx, place.community_id, reader_of(person, place.language), ways, pack(outcome), terms)


def _promised(_session: Session, _place: Place, acts: Sequence[AuditEntry], _now: datetime) -> int:
    """Coins of these grants. What was taken back doesn't count."""
    return sum(int((act.after or {}).get("coins", 0)) for act in acts if act.undone_at is None)


GIVES = Gives(act=GRANTED, promised=_promised)
