"""Everything that travels, together: whatever fans, staff and the clock do, and wherever the process dies in between.

Hypothesis makes up histories of packets, raffles, gifts, hearts, the coin shop and check-ins in one shop. Any use case
may be cut off before or after any of its transactions; it is then delivered again, as the inbox does after a restart.
After every step the ledger is added up and each scarce thing counted, from the rows alone.
"""

import contextlib
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from bot.features.coin_shop.items import Items
from bot.features.coin_shop.purchases import Purchases
from bot.features.hearts.goals import HeartGoals
from bot.features.hearts.hearts import Hearts
from bot.features.raffles.redraw import Redraws
from bot.features.streams.on_air import go_live
from bot.flows.buy import Buying
from bot.rules.beacons import Pulse
from bot.rules.coin_shop.items import ItemMade, NewItem
from bot.rules.coin_shop.shelf import ItemKind, Yes
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CampaignMade, NewCampaign
from bot.rules.gift_states import GiftKind
from bot.rules.hearts.hearts import Give
from bot.rules.raffles.facts import NewRaffle, RafflePolicy
from bot.rules.streams.airings import OnAir
from bot.rules.streams.streams import StreamPolicy
from bot.store.ledger import check_books
from tests.features.draws import Fair, Recorded
from tests.features.fragile import Killed
from tests.features.hearts.room import prizes_with
from tests.features.machine import STAFF
from tests.features.reward_rules import FANS, Fuse, RewardRules, fans, fuses, picks
from tests.features.scene import POLICIES, Causes, act_by, act_of, campaigns_of, dice, fan, give, named, staff_act

STEPS = ((2, Give("packet", coins=9, shares=3)), (4, Give("raffle", title="A scarf", winners=1, minutes=5)))


class Following(Recorded):
    """A beacon at the machine's own time."""

    def __init__(self, machine: "Rewards") -> None:
        super().__init__()
        self.machine = machine

    async def fetch(self, number: int) -> Pulse | None:
        """The round, if it has come."""
        self.now = self.machine.now
        return await super().fetch(number)


class Rewards(RewardRules):
    """One shop (a second one stands beside it), eight fans, and staff."""

    def __init__(self, template: Path) -> None:
        super().__init__(template)
        db, policy = self.fragile, RafflePolicy(chunk=3, refunds=2)
        self.campaigns, self.items, self.purchases = campaigns_of(db), Items(db), Purchases(db)
        self.fair = Fair(db, self.place, Causes(), policy, Following(self), self.dice.randbytes)
        self.raffles, self.calling_off = self.fair.raffles, self.fair.calling_off
        self.redrawing = Redraws(db, policy)
        prizes = prizes_with(self.dice.randbytes, POLICIES.but(policy))
        self.goals, self.hearts = HeartGoals(db, prizes), Hearts(db, prizes)
        self.clocks.append(self.fair.drawing)
        self.messages, self.proven = 0, set[int]()
        self.buying = Buying(db, POLICIES, dice(), self.dice.randbytes)

    @initialize()
    def an_evening_begins(self) -> None:
        """Fans have some coins, and there is one of everything."""
        for who in range(1, FANS + 1):
            self.wait(give(self.fragile, self.place, fan(who), 40))
        for rush in (False, True):
            self.open_a_packet(coins=20, shares=3, rush=rush, fuse=None)
        self.open_a_raffle(winners=2, ticket=3, minutes=4000, cap=0, weights=(1, 1, 1, 1), beacon=True, fuse=None)
        for kind in ItemKind:
            self.list_an_item(kind=kind, price=4, stock=4, limit=None, fuse=None)
        self.offer_a_gift(kind=GiftKind.COINS, fuse=None)
        self.set_a_goal(fuse=None)

    # The coin shop.

    @rule(
        kind=st.sampled_from(list(ItemKind)),
        price=st.integers(1, 12),
        stock=st.integers(1, 3),
        limit=st.sampled_from([None, 1, 2]),
        fuse=fuses,
    )
    def list_an_item(self, kind: ItemKind, price: int, stock: int, limit: int | None, fuse: Fuse) -> None:
        """Staff list something; a coupon's campaign has fewer coupons than the item has stock."""
        at, subject = self.now, None
        if kind is ItemKind.COUPON:
            campaign = NewCampaign("Silk", max(1, stock - 1), limit=3, kept_for=KeptFor.SHOP)
            made = self.survives(
                fuse, lambda cause: self.campaigns.make(act_by(self.place, STAFF, at, cause), campaign)
            )
            assert isinstance(made, CampaignMade)
            subject = made.number
        if kind is ItemKind.RAFFLE:
            numbers = self.look("SELECT number FROM raffle WHERE state = 'open' ORDER BY id DESC")
            if not numbers:
                return
            subject = numbers[0][0]
        wish = NewItem("Something nice", price, kind, subject=subject, stock=stock, limit=limit)
        listed = self.survives(fuse, lambda cause: self.items.make(act_by(self.place, STAFF, at, cause), wish))
        assert isinstance(listed, ItemMade) or kind is ItemKind.RAFFLE

    @rule(crowd=st.lists(fans, min_size=3, max_size=FANS), pick=picks, fuse=fuses)
    def buy(self, crowd: list[int], pick: int, fuse: Fuse) -> None:
        """Fans buy, as often as the shelf lets them."""
        shelf = self.look("SELECT id, price FROM item ORDER BY id DESC")
        if not shelf:
            return
        (item_id, price), at = shelf[pick % len(shelf)], self.now
        for who in crowd:
            bought = self.look(
                "SELECT count(*) FROM purchase p JOIN member m ON m.id = p.member_id "  # noqa: S608
                f"WHERE p.item_id = {item_id} AND m.user_id = {fan(who).user_id}"
            )[0][0]
            yes = Yes(item_id, price, bought + 1)
            self.survives(
                fuse,
                lambda cause, who=who, yes=yes: self.buying.buy(  # type: ignore[misc]
                    act_of(self.place, fan(who), at, cause), yes
                ),
            )

    @rule(pick=picks, fuse=fuses)
    def refund(self, pick: int, fuse: Fuse) -> None:
        """Staff take a purchase back."""
        purchases = self.look(
            "SELECT i.number, m.user_id - 100 FROM purchase p JOIN item i ON i.id = p.item_id "
            "JOIN member m ON m.id = p.member_id ORDER BY p.id DESC"
        )
        if not purchases:
            return
        (number, who), at = purchases[pick % len(purchases)], self.now
        whom = named(fan(who))
        self.survives(fuse, lambda cause: self.purchases.refund(act_by(self.place, STAFF, at, cause), number, whom))

    # Raffles.

    @rule(
        winners=st.integers(1, 3),
        ticket=st.sampled_from([0, 3]),
        minutes=st.sampled_from([1, 90, 4000]),
        cap=st.sampled_from([0, 30]),
        weights=st.sampled_from([(1, 1, 1, 1), (1, 2, 3, 4)]),
        beacon=st.booleans(),
        fuse=fuses,
    )
    def open_a_raffle(
        self, winners: int, ticket: int, minutes: int, cap: int, weights: tuple[int, ...], beacon: bool, fuse: Fuse
    ) -> None:
        """Staff open a raffle."""
        closes, at = self.now + timedelta(minutes=minutes), self.now
        rules: dict[str, Any] = {"ticket": ticket, "cap_days": cap, "weights": weights, "beacon": beacon}
        wish = NewRaffle("A scarf", closes, winners, reserves=3, **rules)
        self.survives(fuse, lambda cause: self.raffles.make(staff_act(self.place, STAFF, at, cause), wish))

    @rule(crowd=st.lists(fans, min_size=3, max_size=FANS), pick=picks, ticket=st.booleans(), fuse=fuses)
    def enter(self, crowd: list[int], pick: int, ticket: bool, fuse: Fuse) -> None:
        """Fans enter, for nothing or with a ticket."""
        raffles = self.look("SELECT id FROM raffle ORDER BY id DESC")
        if not raffles:
            return
        raffle_id, at = raffles[pick % len(raffles)][0], self.now
        for who in crowd:
            self.survives(
                fuse,
                lambda cause, who=who: self.raffles.enter(  # type: ignore[misc]
                    act_of(self.place, fan(who), at, cause), raffle_id, ticket=ticket
                ),
            )

    @rule(pick=picks, again=st.booleans(), fuse=fuses)
    def cancel_or_redraw(self, pick: int, again: bool, fuse: Fuse) -> None:
        """Staff take a raffle back, or draw its places anew."""
        numbers, at = self.look("SELECT number FROM raffle ORDER BY id DESC"), self.now
        number = numbers[pick % len(numbers)][0]
        if again:
            self.survives(
                fuse, lambda cause: self.redrawing.redraw(staff_act(self.place, STAFF, at, cause), number, None)
            )
        else:
            self.survives(fuse, lambda cause: self.calling_off.cancel(staff_act(self.place, STAFF, at, cause), number))

    @rule(steps=st.lists(st.sampled_from([95, 0, 30, 170, 400]), min_size=2, max_size=5), fuse=fuses)
    def an_hour_of_a_draw(self, steps: list[int], fuse: Fuse) -> None:
        """A raffle is entered and closes; namings are posted, perhaps late, perhaps the mark dies with the process."""
        self.open_a_raffle(winners=1, ticket=0, minutes=1, cap=0, weights=(1, 1, 1, 1), beacon=True, fuse=None)
        self.enter([1, 2, 3], 0, ticket=False, fuse=None)
        for seconds, late in zip((60, *steps), (*steps, 4000), strict=True):
            self.time_goes_by(timedelta(seconds=seconds), None)
            self.messages += 1
            if fuse is not None:
                self.fragile.light(0, after_commit=fuse[1])
            with contextlib.suppress(Killed):
                self.wait(self.fair.posts(self.now + timedelta(seconds=late % 100), self.messages))
            self.fragile.light(None, after_commit=False)

    @rule(pick=picks, fuse=fuses)
    def call_off(self, pick: int, fuse: Fuse) -> None:
        """The owner calls a raffle off whose round is named."""
        numbers, at = self.look("SELECT number FROM raffle WHERE state = 'listed' ORDER BY id DESC"), self.now
        if numbers:
            number = numbers[pick % len(numbers)][0]
            self.survives(
                fuse, lambda cause: self.calling_off.call_off(staff_act(self.place, STAFF, at, cause), number)
            )

    # Hearts.

    @precondition(lambda self: not self.look("SELECT id FROM airing WHERE state = 'live'"))
    @rule(fuse=fuses)
    def set_a_goal(self, fuse: Fuse) -> None:
        """A stream begins, with a goal."""
        at = self.now
        self.survives(
            None,
            lambda cause: self.fragile.write(go_live, act_of(self.place, at=at, cause=cause), OnAir(), StreamPolicy()),
        )
        self.survives(fuse, lambda cause: self.goals.make(self.staff(at, cause), STEPS))

    @rule(crowd=st.lists(fans, min_size=3, max_size=FANS), fuse=fuses)
    def hearts_go_up(self, crowd: list[int], fuse: Fuse) -> None:
        """Fans press the heart; the step that they reach opens once."""
        goals = self.look("SELECT id FROM heart_goal ORDER BY id DESC")
        if not goals:
            return
        goal_id, at = goals[0][0], self.now
        for who in crowd:
            self.survives(
                fuse,
                lambda cause, who=who: self.hearts.press(act_of(self.place, fan(who), at, cause), goal_id),  # type: ignore[misc]
            )
        self.opened = [row[0] for row in self.look("SELECT id FROM packet ORDER BY id")]

    # What holds, whatever happened.

    @invariant()
    def every_coin_is_accounted_for(self) -> None:
        """The ledger's sum is nought, balances are their sums, and no reason was paid twice."""
        books = self.wait(self.fragile.read(check_books))
        assert books.sum_of_all == 0
        assert books.sound
        assert not self.look("SELECT key FROM transfer GROUP BY community_id, key HAVING count(*) > 1")

    @invariant()
    def packets_hold_what_they_should(self) -> None:
        """Shares are at least 1 and add up; an escrow holds what isn't handed out, and nothing at the end."""
        held = dict(
            self.look(
                "SELECT a.id, coalesce(sum(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END), 0) "
                "FROM account a LEFT JOIN transfer t ON a.id IN (t.credit_id, t.debit_id) "
                "WHERE a.kind = 'escrow' GROUP BY a.id"
            )
        )
        for packet_id, coins, count, state, escrow in self.look(
            "SELECT id, coins, shares, state, escrow_id FROM packet"
        ):
            shares = [row[0] for row in self.look(f"SELECT coins FROM packet_share WHERE packet_id = {packet_id}")]  # noqa: S608
            taken = self.look(f"SELECT coins FROM packet_take WHERE packet_id = {packet_id} AND nth IS NOT NULL")  # noqa: S608
            assert (sum(shares), len(shares), min(shares) >= 1) == (coins, count, True)
            live = state in {"gathering", "drawing", "open"}
            assert held[escrow] == (coins - sum(row[0] for row in taken) if live else 0)

    @invariant()
    def gifts_pay_once_and_only_for_members(self) -> None:
        """A stage pays each of the two once, exactly what it says; an offer's stock holds."""
        paid = self.look("SELECT id, amount FROM gift_reward WHERE state = 'paid'")
        transfers = self.look("SELECT amount FROM transfer WHERE reason = 'gift'")
        assert Counter(amount for _, amount in paid) == Counter(amount for (amount,) in transfers)
        stocked = self.look("SELECT stock, taken FROM gift_offer WHERE stock IS NOT NULL")
        assert all(0 <= taken <= stock for stock, taken in stocked)

    @invariant()
    def the_shelf_holds(self) -> None:
        """Nothing is sold beyond its stock or a fan's limit; what was refunded went back, once."""
        for item_id, stock, sold, limit in self.look("SELECT id, stock, sold, per_fan FROM item"):
            counted = self.look(
                "SELECT member_id, count(*) FROM purchase "  # noqa: S608
                f"WHERE item_id = {item_id} AND state <> 'refunded' GROUP BY member_id"
            )
            assert sum(count for _, count in counted) <= sold <= stock
            assert all(limit is None or count <= limit for _, count in counted)
        assert self.look("SELECT count(*) FROM campaign WHERE taken > stock OR taken < 0") == [(0,)]

    @invariant()
    def raffles_are_honest(self) -> None:
        """As many winners as places, each once; tickets of what was taken back are given back, those of others kept."""
        for raffle_id, winners, state in self.look("SELECT id, winners, state FROM raffle"):
            entries = self.look(
                f"SELECT state, paid, returned, number FROM raffle_entry WHERE raffle_id = {raffle_id}"  # noqa: S608
            )
            won = [entry for entry in entries if entry[0] == "won"]
            assert len(won) <= winners
            assert state == "drawn" or not won
            assert sorted(entry[3] for entry in entries) == list(range(1, len(entries) + 1))
            if state == "drawn":
                assert len(won) == winners or not any(entry[0] == "in" for entry in entries), "a place goes to the next"
                assert not any(returned for status, _, returned, _ in entries if status == "won")
        returned = self.look("SELECT count(*) FROM raffle_entry WHERE returned AND paid > 0")[0][0]
        assert returned <= self.look("SELECT count(*) FROM transfer WHERE reverses_id IS NOT NULL")[0][0]

    @invariant()
    def no_round_was_known_when_it_was_named(self) -> None:
        """Whatever was drawn or called off after its freeze, its proof holds."""
        for raffle_id, state in self.look("SELECT id, state FROM raffle WHERE list_hash IS NOT NULL"):
            if state in {"drawn", "cancelled"} and raffle_id not in self.proven:
                assert self.wait(self.fair.checked(raffle_id)).faults == ()
                self.proven.add(raffle_id)

    @invariant()
    def what_was_charged_was_bought(self) -> None:
        """The shop charges for purchases and for nothing else; a coupon is charged with its claim."""
        charged = self.look("SELECT coalesce(sum(amount), 0) FROM transfer WHERE reason = 'shop'")
        assert charged == self.look("SELECT coalesce(sum(paid), 0) FROM purchase WHERE kind <> 'coupon'")
        claimed = self.look("SELECT coalesce(sum(amount), 0) FROM transfer WHERE reason = 'claim'")
        assert claimed == self.look("SELECT coalesce(sum(paid), 0) FROM coupon")
        tickets = self.look("SELECT coalesce(sum(amount), 0) FROM transfer WHERE reason = 'ticket'")
        assert tickets == self.look("SELECT coalesce(sum(paid), 0) FROM raffle_entry WHERE paid_key LIKE 'ticket:%'")

    @rule()
    def the_clock_keeps_up(self) -> None:
        """Once it came round, nothing that is due is left lying."""
        self.time_goes_by(timedelta(seconds=90), None)
        self.time_goes_by(timedelta(seconds=15), None)
        now = f"{self.now:%Y-%m-%d %H:%M:%S.%f}"
        assert not self.look(f"SELECT id FROM raffle WHERE state IN ('open', 'sealed') AND closes <= '{now}'")  # noqa: S608
        assert not self.look(f"SELECT id FROM raffle WHERE state = 'listed' AND draw_at <= '{now}'")  # noqa: S608
        assert not self.look(f"SELECT id FROM packet WHERE state = 'open' AND expires_at <= '{now}'")  # noqa: S608
        assert not self.look("SELECT id FROM packet WHERE state = 'drawing'")

    @invariant()
    def steps_open_once(self) -> None:
        """A step of a goal opened at most one packet and one raffle."""
        opened = self.look("SELECT count(*) FROM heart_step WHERE state = 'unlocked'")[0][0]
        made = self.look("SELECT count(*) FROM packet WHERE cause LIKE 'hearts:%'")[0][0]
        made += self.look("SELECT count(*) FROM audit_entry WHERE cause LIKE 'hearts:%' AND act = 'raffle.made'")[0][0]
        assert made == opened


def test_rewards_survive_any_history(sqlite_template: Path) -> None:
    """Histories of thirty steps, the same in every run."""

    class Fresh(Rewards):
        """Each history begins with a copy of the migrated file."""

        def __init__(self) -> None:
            super().__init__(sqlite_template)

    run_state_machine_as_test(
        Fresh,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
