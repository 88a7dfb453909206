"""A shop whose fans send gifts on, for tests of features: givers, friends who come by a card, and the clock."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from bot.features.communities import set_reachable
from bot.features.coupons.claims import Claims
from bot.features.gifts.gifts import Gifts
from bot.features.gifts.living_card import card_of
from bot.features.gifts.offers import GiftOffers
from bot.features.gifts.openings import FoundGift, Opened
from bot.features.gifts.rewards import RewardClock
from bot.features.people.joining import Coming, Going, Reach
from bot.flows.check_in import CheckIns
from bot.flows.come_and_go import ComeAndGo
from bot.flows.redeem import Redemption
from bot.rules.act import Sender
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.farming import HeldState
from bot.rules.gift_states import GiftKind
from bot.rules.gifts.cards import GiftCard
from bot.rules.gifts.offers import NewGift, OfferMade
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.rights import Role
from bot.rules.words import Language
from bot.store.coupons.hand_out import ClaimTools
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.places import Group
from bot.store.tables import Outbox
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    POLICIES,
    Causes,
    act_by,
    act_of,
    balance,
    dice,
    held_rewards,
    offer,
    query,
    shop,
)

CHAT = -1001


@dataclass
class Circle:
    """One shop's givers and their friends."""

    db: Database
    place: Place
    causes: Causes
    policy: GiftPolicy = field(default_factory=GiftPolicy)
    tokens: Any = field(default_factory=lambda: count(1))
    choice: Any = field(default_factory=dice)

    @classmethod
    async def open(cls, db: Database, causes: Causes, **policy: Any) -> "Circle":
        """The first shop."""
        return cls(db, await shop(db), causes, GiftPolicy(**policy))

    @property
    def policies(self) -> Policies:
        """The shop's policies, with that of its gifts."""
        return POLICIES.but(self.policy)

    @property
    def gifts(self) -> Gifts:
        """What fans do."""
        return Gifts(self.db, self.policies, lambda: f"token{next(self.tokens):04}")

    @property
    def joining(self) -> ComeAndGo:
        """How people come and go, with what that means for gifts."""
        return ComeAndGo(self.db, self.policies, self.choice)

    # What staff do.

    async def offers(self, kind: GiftKind = GiftKind.COINS, *, at: datetime = NOON, **wish: Any) -> OfferMade:
        """Make an offer."""
        wish = {"title": "A warm start", "coins": 20 if kind is GiftKind.COINS else 0, **wish}
        offers = GiftOffers(self.db, self.policy, GIVEAWAYS)
        made = await offers.make(
            act_of(self.place, OWNER, at, self.causes.next(), Role.OWNER), NewGift(kind=kind, **wish)
        )
        assert isinstance(made, OfferMade)
        return made

    # What people do.

    async def reachable(self, *senders: Sender) -> None:
        """They start the bot, so that it may write to them."""
        for sender in senders:
            await self.db.write(set_reachable, sender, can_write=True)

    async def card(self, sender: Sender, at: datetime = NOON, *, offer: int = 0, cause: str | None = None) -> GiftCard:
        """A card; an offer is named by its number."""
        offer_id = await self._offer_id(offer)
        made = await self.gifts.make(act_of(self.place, sender, at, cause or self.causes.next()), offer_id)
        assert isinstance(made, GiftCard), made
        return made

    async def makes(self, sender: Sender, at: datetime = NOON, *, offer: int = 0) -> Any:
        """The same, whatever comes of it."""
        return await self.gifts.make(act_of(self.place, sender, at, self.causes.next()), await self._offer_id(offer))

    async def _offer_id(self, number: int) -> int:
        if not number:
            return 0
        return int((await query(self.db, "SELECT id FROM gift_offer WHERE number = :number", number=number))[0][0])

    async def found(self, card: GiftCard, at: datetime = NOON) -> FoundGift | None:
        """The card behind its link."""
        return await self.gifts.find(card.payload.partition("_")[2], at)

    async def opens(self, sender: Sender, card: GiftCard, at: datetime = NOON, *, inside: bool = False) -> Opened:
        """Someone opens a card."""
        found = await self.found(card, at)
        assert found is not None
        return await self.gifts.open(found, act_of(found.place, sender, at), inside=inside)

    async def comes(self, sender: Sender, at: datetime = NOON) -> bool:
        """Someone joins the group."""
        group = Group(1, CHAT, "Silk room", self.place, True)
        return await self.joining.come(Coming(group, sender, None, Reach(Language.KO, True), at), at)

    async def goes(self, sender: Sender, at: datetime = NOON) -> None:
        """Someone leaves the group."""
        await self.joining.go(Going(self.place, CHAT, sender.user_id, at))

    async def brings(self, inviter: Sender, friend: Sender, at: datetime = NOON, *, offer: int = 0) -> GiftCard:
        """A whole way: card, opened, joined."""
        card = await self.card(inviter, at, offer=offer)
        await self.opens(friend, card, at)
        await self.comes(friend, at)
        return card

    async def checks_in(self, sender: Sender, at: datetime) -> Any:
        """A check-in, and what it means for gifts; what is due is paid a moment later."""
        checkins = CheckIns(self.db, self.policies)
        outcome = await checkins.check_in(act_of(self.place, sender, at, self.causes.next()))
        await self.tick(at)
        return outcome

    async def redeems(self, sender: Sender, at: datetime) -> None:
        """A coupon of theirs is honoured."""
        campaign, _ = await offer(self.db, self.place, NewCampaign("Silk", 1), self.causes.next(), at)
        coupons = Claims(self.db, ClaimTools.of(POLICIES, self.choice))
        claimed = await coupons.claim(act_of(self.place, sender, at, self.causes.next()), campaign)
        assert isinstance(claimed, Claimed)
        redeeming = Redemption(self.db)
        await redeeming.redeem(act_by(self.place, OWNER.user_id, at, self.causes.next()), claimed.code)
        await self.tick(at)

    async def decides(self, fan: Sender, state: HeldState, at: datetime) -> Any:
        """The owner releases or refuses what is held for a fan."""
        member = await self.member_id(fan)
        rows = await query(self.db, "SELECT id FROM held WHERE member_id = :m AND state = 'held'", m=member)
        act = act_of(self.place, at=at, cause=self.causes.next())
        return await held_rewards(self.db).decide(act, int(rows[0][0]), state)

    # What the clock does, and what can be seen.

    async def tick(self, now: datetime) -> list[datetime | None]:
        """One round of what is due."""
        return [await RewardClock(self.db, self.policies).run_due(now), await self.gifts.run_due(now)]

    async def member_id(self, sender: Sender) -> int:
        """A member's id."""
        rows = await query(self.db, "SELECT id FROM member WHERE user_id = :user", user=sender.user_id)
        return int(rows[0][0])

    async def shows(self, card: GiftCard, now: datetime) -> GiftCard:
        """The card as it is now."""
        shown = await self.db.read(card_of, self.place.community_id, card.gift_id, now, self.policy)
        assert shown is not None
        return shown

    async def coins(self, sender: Sender) -> int:
        """What gifts paid somebody."""
        rows = await query(
            self.db,
            "SELECT coalesce(sum(t.amount), 0) FROM transfer t JOIN account a ON a.id = t.credit_id "
            "JOIN member m ON m.id = a.member_id WHERE t.reason = 'gift' AND m.user_id = :user",
            user=sender.user_id,
        )
        return int(rows[0][0])

    async def states(self) -> Counter[str]:
        """Rewards by stage, whose they are, and state."""
        rows = await query(self.db, "SELECT stage, who, state FROM gift_reward")
        return Counter(f"{stage} {who} {state}" for stage, who, state in rows)

    async def told(self) -> list[tuple[int, str]]:
        """Private words that were promised: to whom, and what."""
        return await self.db.read(_told)

    async def sound(self) -> bool:
        """Whether every coin is accounted for."""
        return (await self.db.read(check_books)).sound

    async def balance(self, sender: Sender) -> int:
        """All their coins."""
        return await balance(self.db, self.place, sender)


def _told(session: Session) -> list[tuple[int, str]]:
    rows = session.query(Outbox).filter(Outbox.act == "tell").order_by(Outbox.id)  # type: ignore[arg-type]
    return [(row.facts["user_id"], str(row.facts["outcome"]).partition(".")[2]) for row in rows]


__all__ = ["Circle", "Tx"]
