"""Fans' packets, what is held and who is forgotten, orders and second thoughts; nothing is asserted here yet."""

from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import text, update
from sqlmodel import col

from bot.features.coupons.claims import Claims
from bot.features.orders.orders import Orders
from bot.features.orders.taking import ToldBy
from bot.features.packets.packets import Packets
from bot.flows.redeem import Redemption
from bot.flows.take_orders import take_told
from bot.rules.act import Sender
from bot.rules.coupons.campaigns import CampaignMade, NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.farming import HeldState, Sign
from bot.rules.orders.told import OrderState, OrderTold
from bot.rules.packets.packets import NewPacket, PacketOpened, PacketPolicy
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.tiers import Tier
from bot.store.coupons.hand_out import ClaimTools
from bot.store.engine.sessions import Tx
from bot.store.held import note_sighting
from bot.store.members import standing
from bot.store.tables import Member
from tests.features.machine import STAFF
from tests.features.reward_rules import Fuse, RewardRules, fans, fuses, picks
from tests.features.scene import (
    GIVEAWAYS,
    POLICIES,
    act_by,
    act_of,
    campaigns_of,
    dice,
    fan,
    held_rewards,
    privacy,
)

HELPER = fan(800)
"""An operator, whom the limit of what they give away holds."""
ANYBODY = PacketPolicy(giver_since=timedelta(days=-60), giver_tier=Tier.NEW)
"""Who may give: fans whose first coins were given at an instant that these histories haven't come to, too."""
refs = st.sampled_from(["A-1", "A-2", "A-3"])
crowds = st.lists(fans, min_size=2, max_size=5, unique=True)


class CoinRules(RewardRules):
    """The shop of `RewardRules`, where fans may give packets, with a till."""

    def __init__(self, template: Path) -> None:
        super().__init__(template)
        self.packets = Packets(self.fragile, POLICIES.but(ANYBODY), GIVEAWAYS, self.dice.randbytes)
        self.privacy, self.orders = privacy(self.fragile), Orders(self.fragile)
        self.held_rewards = held_rewards(self.fragile)
        self.clocks.append(self.held_rewards)
        self.forgotten: dict[int, datetime] = {}
        """When fans had their data deleted, by their ids; no history lasts twelve months."""
        self.wait(self.fragile.write(_let_fans_give))

    # Packets.

    @rule(who=fans, percent=st.integers(20, 100), rush=st.booleans(), crowd=crowds, more=st.booleans(), fuse=fuses)
    def give_a_packet(self, who: int, percent: int, rush: bool, crowd: list[int], more: bool, fuse: Fuse) -> None:
        """A fan gives a part of their coins, and others tap; there is a share for each, or for one more."""
        found = self.look(
            "SELECT a.balance FROM account a JOIN member m ON m.id = a.member_id "  # noqa: S608
            f"WHERE m.community_id = {self.place.community_id} AND m.user_id = {fan(who).user_id}"
        )
        shares = len(crowd) + more
        coins, at = (found[0][0] * percent // 100 if found else 0), self.now
        wish = NewPacket(max(coins, shares), shares, rush=rush)
        given = self.survives(fuse, lambda cause: self.packets.give(act_of(self.place, fan(who), at, cause), wish))
        if isinstance(given, PacketOpened):
            self.opened.append(given.packet_id)
            self.tap_a_packet(0, [one for one in crowd if one != who], fuse)

    @rule(who=fans, crowd=crowds, then=st.sampled_from(["release", "refuse", "forget", "wait"]), fuse=fuses)
    def give_to_suspects(self, who: int, crowd: list[int], then: str, fuse: Fuse) -> None:
        """A fan's packet is drawn among fans who press like machines; one share that waits is decided on."""
        crowd = [one for one in crowd if one != who]
        self.give_a_packet(who, 90, False, crowd, False, None)
        for one in crowd:
            self.wait(self.fragile.write(_suspect, self.place, fan(one), self.now))
        self.time_goes_by(timedelta(minutes=2), fuse)
        waiting, at = self.look("SELECT id FROM held WHERE state = 'held' ORDER BY id DESC"), self.now
        if then == "forget":
            self.be_forgotten(crowd[0])
        elif waiting and then != "wait":
            state = HeldState.RELEASED if then == "release" else HeldState.REFUSED
            held_id = waiting[0][0]
            self.survives(
                fuse,
                lambda cause: self.held_rewards.decide(
                    act_of(self.place, HELPER, at, cause, Role.OPERATOR), held_id, state
                ),
            )

    @rule(who=fans)
    def be_forgotten(self, who: int) -> None:
        """A fan has their data deleted, whatever they gave or wait for."""
        if self.look(f"SELECT id FROM member WHERE user_id = {fan(who).user_id}"):  # noqa: S608
            self.forgotten[fan(who).user_id] = self.now
        self.wait(self.privacy.delete(self.place, fan(who).user_id, self.now))

    @rule(who=fans, giver=fans, jump=st.sampled_from([timedelta(hours=1), timedelta(days=9), timedelta(days=40)]))
    def come_back(self, who: int, giver: int, jump: timedelta) -> None:
        """A fan is forgotten, and somebody's card brings them back later."""
        self.be_forgotten(who)
        self.now += jump
        self.make_a_card(giver, 0, None)
        if self.cards:
            self.open_a_card(who, 0, True)

    # Orders.

    @rule(
        who=fans,
        at_till=st.booleans(),
        over=st.booleans(),
        then=st.lists(st.sampled_from(["refund", "undo", "both", "both", "platform"]), min_size=1, max_size=4),
        fuse=fuses,
    )
    def order(self, who: int, at_till: bool, over: bool, then: list[str], fuse: Fuse) -> None:
        """A fan uses a coupon for an order that is taken back and put back, perhaps once its drop is over."""
        at = self.now
        wish = NewCampaign("Scarf", 2, closes=at + timedelta(hours=30))
        made = self.survives(
            None, lambda cause: campaigns_of(self.fragile).make(act_by(self.place, STAFF, at, cause), wish)
        )
        assert isinstance(made, CampaignMade)
        campaign_id = self.look("SELECT max(id) FROM campaign")[0][0]
        coupons = Claims(self.fragile, ClaimTools.of(POLICIES, dice(campaign_id)))
        claimed = self.survives(fuse, lambda cause: coupons.claim(act_of(self.place, fan(who), at, cause), campaign_id))
        if not isinstance(claimed, Claimed):
            return  # somebody who came back in this very instant
        if at_till:
            self.redeem_a_coupon(0, fuse)
            self.now += timedelta(hours=20)
        ref = f"A-{campaign_id}"
        self.the_platform_tells(0, ref, OrderState.PAID)
        if over:
            self.now += timedelta(hours=40)
        for act in then:
            if act == "platform":
                self.the_platform_tells(0, ref, OrderState.REFUNDED)
            if act in {"refund", "both"}:
                self.take_an_order_back(ref, fuse)
            if act in {"undo", "both"}:
                self.take_back(fuse)

    def _codes(self) -> list[str]:
        return [row[0] for row in self.look("SELECT code FROM coupon WHERE code IS NOT NULL ORDER BY id DESC")]

    @precondition(lambda self: self._codes())
    @rule(pick=picks, fuse=fuses)
    def redeem_a_coupon(self, pick: int, fuse: Fuse) -> None:
        """Staff honour a coupon at the till."""
        codes, at = self._codes(), self.now
        redeeming = Redemption(self.fragile)
        code = codes[pick % len(codes)]
        self.survives(fuse, lambda cause: redeeming.redeem(act_by(self.place, STAFF, at, cause), code))

    @precondition(lambda self: self._codes())
    @rule(pick=picks, ref=refs, state=st.sampled_from(list(OrderState)))
    def the_platform_tells(self, pick: int, ref: str, state: OrderState) -> None:
        """An order was paid, or taken back."""
        codes = self._codes()
        told = OrderTold(ref, 39_000, "KRW", self.now, (codes[pick % len(codes)],), state)
        self.wait(self.fragile.write(take_told, told, ToldBy(self.place, self.now), POLICIES))

    def take_an_order_back(self, ref: str, fuse: Fuse) -> None:
        """Staff take an order back."""
        at = self.now
        self.survives(fuse, lambda cause: self.orders.refund(act_by(self.place, STAFF, at, cause), ref))


def _let_fans_give(tx: Tx) -> None:
    tx.execute(text("UPDATE community SET packets = 'fans'"))


def _suspect(tx: Tx, place: Place, sender: Sender, now: datetime) -> None:
    """A fan pressed faster than a person, and came back from a deletion."""
    member = standing(tx, place.community_id, sender, now)
    note_sighting(tx, member.member_id, Sign.FAST, now.date(), now)
    tx.execute(update(Member).where(col(Member.id) == member.member_id).values(back_since=now - timedelta(days=1)))
