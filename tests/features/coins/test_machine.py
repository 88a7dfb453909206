"""Whatever fans, staff and clocks do in whatever order: no coin, coupon or day is unaccounted for.

Hypothesis makes up histories of real use cases on a fresh SQLite file each. A small model in these files knows what
each act should answer, from the product's rules and not from the bot's code, and after every step the books, the stocks
and the streaks in the database are held against it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from bot.features.coupons.claims import Claims
from bot.flows.redeem import Redemption
from bot.rules.coupons.campaigns import (
    AlreadyCancelled,
    CampaignCancelled,
    CampaignMade,
    NewCampaign,
    SharedCodeTaken,
)
from bot.rules.coupons.claims import (
    AlreadyClaimed,
    Cancelled,
    Claimed,
    NoSuchCoupon,
    PriceTooHigh,
    SoldOut,
    TooEarly,
    TooLate,
)
from bot.rules.coupons.redemption import AlreadyRedeemed, CodeUnknown, CouponOver, CouponVoid, Redeemed
from bot.rules.general import Undone
from bot.store import causes
from bot.store.coupons.hand_out import ClaimTools
from bot.store.ledger import check_books
from tests.features.machine import STAFF, fans, picks, shops
from tests.features.scene import POLICIES, TABLES, act_by, act_of, campaigns_of, dice, fan, undo
from tests.features.streak_rules import StreakRules

jumps = st.one_of(
    st.integers(1, 30).map(lambda hours: timedelta(hours=hours)),
    st.integers(1, 5).map(lambda days: timedelta(days=days)),
    st.integers(1, 5).map(lambda weeks: timedelta(weeks=weeks)),
)


@dataclass
class Offer:
    """A campaign as the model knows it."""

    shop: int
    id: int
    number: int
    wish: NewCampaign
    cancelled: bool = False
    holders: list[int] = field(default_factory=list)
    """A fan's number for each coupon taken."""


@dataclass
class Held:
    """A generated code that was handed out."""

    offer: Offer
    fan: int
    state: str = "held"


class Shops(StreakRules):
    """Two shops, three fans, and staff."""

    def __init__(self, template: Path) -> None:
        super().__init__(template)
        self.coupons = Claims(self.db, ClaimTools.of(POLICIES, dice()))
        self.campaigns = campaigns_of(self.db)
        self.redeeming = Redemption(self.db)
        self.offers: list[Offer] = []
        self.codes: dict[str, Held] = {}

    # What fans do.

    @precondition(lambda self: self.offers)
    @rule(who=fans, pick=picks, astray=st.sampled_from([0, 0, 0, 1]))
    def claim(self, who: int, pick: int, astray: int) -> None:
        """Claim a coupon, of this shop or (by a forged press) of the other one."""
        offer = self._offer(pick)
        shop = (offer.shop + astray) % 2
        place, at, streak = self.places[shop], self.now, self.streaks[shop, who]
        expected = self._what_a_claim_hears(shop, who, offer)
        outcome = self.deliver(lambda cause: self.coupons.claim(act_of(place, fan(who), at, cause), offer.id))
        assert type(outcome) is expected
        if isinstance(outcome, Claimed):
            assert outcome.code not in self.codes
            offer.holders.append(who)
            streak.coins -= offer.wish.price
            assert outcome.balance == streak.coins
            if offer.wish.shared_code is None:
                self.codes[outcome.code] = Held(offer, who)
            else:
                assert outcome.code == offer.wish.shared_code

    def _what_a_claim_hears(self, shop: int, who: int, offer: Offer) -> type:
        mine, wish = offer.holders.count(who), offer.wish
        open_too = (not wish.opens or wish.opens <= self.now) and (not wish.closes or self.now < wish.closes)
        if offer.shop != shop:
            return NoSuchCoupon
        if offer.cancelled:
            return Cancelled
        if mine == wish.limit:
            return AlreadyClaimed
        if not open_too:
            return TooLate if wish.closes and self.now >= wish.closes else TooEarly
        if len(offer.holders) == wish.stock:
            return AlreadyClaimed if mine else SoldOut
        return PriceTooHigh if self.streaks[shop, who].coins < wish.price else Claimed

    # What staff do.

    @rule(
        shop=shops,
        stock=st.integers(1, 3),
        price=st.sampled_from([0, 5, 5, 20]),
        limit=st.sampled_from([1, 2]),
        opens=st.sampled_from([None, None, None, None, 5]),
        closes=st.sampled_from([None, 48, 400]),
        shared_code=st.sampled_from([None, None, "SILK20"]),
        crowd=st.lists(fans, max_size=5),
        then=st.lists(st.sampled_from(["redeem", "cancel", "undo"]), max_size=2),
    )
    def drop(
        self,
        shop: int,
        stock: int,
        price: int,
        limit: int,
        opens: int | None,
        closes: int | None,
        shared_code: str | None,
        crowd: list[int],
        then: list[str],
    ) -> None:
        """Offer coupons, see who comes, and perhaps think better of it."""
        wish = NewCampaign(
            "Silk",
            stock,
            price,
            limit,
            opens=self.now + timedelta(hours=opens) if opens else None,
            closes=self.now + timedelta(hours=closes) if closes else None,
            shared_code=shared_code,
        )
        place, at = self.places[shop], self.now
        outcome = self.deliver(lambda cause: self.campaigns.make(act_by(place, STAFF, at, cause), wish))
        in_use = any(
            offer.shop == shop
            and not offer.cancelled
            and offer.wish.shared_code == shared_code
            and (offer.wish.closes is None or offer.wish.closes > at)
            for offer in self.offers
        )
        if shared_code and in_use:
            assert isinstance(outcome, SharedCodeTaken)
            return
        assert isinstance(outcome, CampaignMade)
        ids = self.look("SELECT max(id) FROM campaign")
        self.offers.append(Offer(shop, ids[0][0], outcome.number, wish))
        for who in crowd:
            self.claim(who, 0, 0)
        for act in then:
            if act == "redeem" and self.codes:
                self.redeem(len(crowd) // 2, 0)
            else:
                self.regret(0, act)

    @precondition(lambda self: self.offers)
    @rule(pick=picks, regrets=st.sampled_from(["cancel", "undo", "undo", "keep"]))
    def regret(self, pick: int, regrets: str) -> None:
        """Cancel a campaign, undo the last act of staff in its shop, or think again."""
        if regrets == "cancel":
            self._cancel(pick)
        elif regrets == "undo":
            self._undo(self._offer(pick).shop)

    def _cancel(self, pick: int) -> None:
        offer = self._offer(pick)
        place, at = self.places[offer.shop], self.now
        outcome = self.deliver(lambda cause: self.campaigns.cancel(act_by(place, STAFF, at, cause), offer.number))
        if offer.cancelled:
            assert isinstance(outcome, AlreadyCancelled)
            return
        assert isinstance(outcome, CampaignCancelled)
        offer.cancelled = True
        mine = [held for held in self.codes.values() if held.offer is offer]
        used = sum(held.state == "redeemed" for held in mine)
        assert outcome.coupons == len(offer.holders) - used
        assert outcome.refunded == outcome.coupons * offer.wish.price
        void = [held.fan for held in mine if held.state == "held"] if mine else offer.holders
        for who in void:
            self.streaks[offer.shop, who].coins += offer.wish.price
        for held in mine:
            held.state = "cancelled" if held.state == "held" else held.state

    @precondition(lambda self: self.codes)
    @rule(pick=picks, astray=st.sampled_from([0, 0, 0, 1]))
    def redeem(self, pick: int, astray: int) -> None:
        """Honour a generated code, in its shop or in the other one."""
        code = list(self.codes)[-1 - pick % len(self.codes)]
        held = self.codes[code]
        shop = (held.offer.shop + astray) % 2
        place, at = self.places[shop], self.now
        closes = held.offer.wish.closes
        outcome = self.deliver(lambda cause: self.redeeming.redeem(act_by(place, STAFF, at, cause), code))
        if held.offer.shop != shop:
            assert outcome == CodeUnknown(code)
        elif held.state == "redeemed":
            assert isinstance(outcome, AlreadyRedeemed)
        elif held.state == "cancelled":
            assert outcome == CouponVoid("Silk", code)
        elif closes and self.now >= closes:
            assert outcome == CouponOver("Silk", code, closes)
        else:
            assert isinstance(outcome, Redeemed)
            held.state = "redeemed"

    def _undo(self, shop: int) -> None:
        place, at = self.places[shop], self.now
        outcome = self.deliver(lambda cause: undo(self.db, place, STAFF, at, cause))
        if not isinstance(outcome, Undone):
            return
        if outcome.act.startswith("stream."):
            return
        if outcome.act == "setup.changed":
            self._look_again(shop)
            return
        if outcome.act == "coupon.redeemed":
            held = self.codes[outcome.subject.rsplit(" ", 1)[1]]
            assert held.state == "redeemed"
            held.state = "cancelled" if held.offer.cancelled else "held"
            if held.offer.cancelled:
                self.streaks[shop, held.fan].coins += held.offer.wish.price
            return
        number = int(outcome.subject.split()[0].removeprefix("#"))
        offer = next(offer for offer in self.offers if (offer.shop, offer.number) == (shop, number))
        assert not offer.holders, "nobody has used what is taken back"
        offer.cancelled = outcome.act == "campaign.made"

    # What time and Telegram do.

    @rule(jump=jumps)
    def time_passes(self, jump: timedelta) -> None:
        """Hours, days or weeks, over month ends and changes of clocks."""
        self.now += jump

    @rule()
    def keep_house(self) -> None:
        """The daily round: nothing is left to refund, old causes are forgotten."""
        self.wait(self.campaigns.finish_refunds(self.now))
        self.wait(self.db.write(causes.forget, self.now))

    @precondition(lambda self: any(update.at > self.now - causes.KEPT for update in self.updates))
    @rule(pick=picks)
    def redeliver(self, pick: int) -> None:
        """An update of the last three days comes again: the first answer, and nothing is done."""
        recent = [update for update in self.updates if update.at > self.now - causes.KEPT]
        update = recent[-1 - pick % len(recent)]
        before = self._state()
        assert self.wait(update.again()) == update.outcome
        assert self._state() == before
        self.communities.forget()

    def _state(self) -> dict[str, list[tuple[Any, ...]]]:
        return {table: self.look(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608

    def _offer(self, pick: int) -> Offer:
        return self.offers[-1 - pick % len(self.offers)]

    # What always holds.

    @invariant()
    def every_coin_is_accounted_for(self) -> None:
        """The sum is nought, balances are sums, none is negative, and each is what the model says."""
        books = self.wait(self.db.read(check_books))
        assert books.sound
        rows = self.look(
            "SELECT m.community_id, m.user_id, a.balance FROM account a JOIN member m ON m.id = a.member_id"
        )
        known = {(self.shop_of(community_id), user_id - 100): coins for community_id, user_id, coins in rows}
        assert all(known.get(key, 0) == streak.coins >= 0 for key, streak in self.streaks.items())

    @invariant()
    def every_coupon_is_accounted_for(self) -> None:
        """Stocks hold, fans stay within limits, and what was refunded was cancelled."""
        campaigns = self.look("SELECT id, stock, taken, per_fan, state FROM campaign")
        coupons = self.look("SELECT id, campaign_id, member_id, state, paid FROM coupon")
        taken = Counter(coupon[1] for coupon in coupons)
        limits, states = {row[0]: row[3] for row in campaigns}, {row[0]: row[4] for row in campaigns}
        assert [(row[0], row[2]) for row in campaigns] == [(row[0], taken[row[0]]) for row in campaigns]
        assert all(0 <= row[2] <= row[1] for row in campaigns)
        assert {offer.id: len(offer.holders) for offer in self.offers} == {row[0]: row[2] for row in campaigns}
        assert {offer.id for offer in self.offers if offer.cancelled} == {
            id_ for id_, state in states.items() if state == "cancelled"
        }
        a_fans = Counter((coupon[1], coupon[2]) for coupon in coupons)
        assert all(count <= limits[campaign] for (campaign, _), count in a_fans.items())
        assert all(
            state != ("held" if states[campaign] == "cancelled" else "cancelled")
            for _, campaign, _, state, _ in coupons
        )
        used = Counter(coupon[2] for coupon in coupons if coupon[3] == "redeemed")
        points = dict(self.look("SELECT member_id, sum(times) FROM activity WHERE kind = 'redeem' GROUP BY member_id"))
        assert points == used, "a redeemed coupon counts once, whatever the zone was then and is now"
        refunds = self.look("SELECT key FROM transfer WHERE reason = 'refund'")
        refunded = {f"refund:{id_}" for id_, _, _, state, paid in coupons if state == "cancelled" and paid}
        assert sorted(key for (key,) in refunds) == sorted(refunded)


def test_whatever_happens_everything_is_accounted_for(sqlite_template: Path) -> None:
    """Histories of thirty steps, the same in every run."""

    class Fresh(Shops):
        """Each history begins with a copy of the migrated file."""

        def __init__(self) -> None:
            super().__init__(sqlite_template)

    run_state_machine_as_test(
        Fresh,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
