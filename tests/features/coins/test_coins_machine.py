"""Coins and counts that come and go: fans' packets, what is held, who is forgotten, orders taken back and put back.

Hypothesis makes up histories as for `test_rewards_machine.py`, deaths of the process among them. After every step it is
held against the rows that no coin got a date that it didn't have, that what comes back is the giver's, and that what
counts for tiers is what stands.
"""

from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from bot.store.ledger import check_books
from tests.features.coin_rules import CoinRules
from tests.features.reward_rules import FANS
from tests.features.scene import fan, give


class Coins(CoinRules):
    """Eight fans with some coins of one month, who earn more in others."""

    @initialize()
    def everybody_has_some(self) -> None:
        """Fans have coins to give away."""
        for who in range(1, FANS + 1):
            self.wait(give(self.fragile, self.place, fan(who), 30))

    @invariant()
    def every_coin_is_accounted_for(self) -> None:
        """The ledger's sum is nought, balances are their sums, and no reason was paid twice."""
        assert self.wait(self.fragile.read(check_books)).sound
        assert not self.look("SELECT key FROM transfer GROUP BY community_id, key HAVING count(*) > 1")

    @invariant()
    def the_board_counts_what_the_ledger_says(self) -> None:
        """What a member earned in their latest month is the sum of its transfers, each counted once."""
        wrong = self.look(
            "SELECT a.id, a.earned_month, a.earned FROM account a WHERE a.kind = 'member' AND a.earned <> ("
            "SELECT coalesce(sum(t.amount), 0) FROM transfer t WHERE t.credit_id = a.id AND t.reason <> 'packet back' "
            "AND strftime('%Y-%m', t.earned_at, '+9 hours') = a.earned_month)"
        )
        assert not wrong

    @invariant()
    def escrows_hold_what_they_should(self) -> None:
        """What is neither paid nor sent back: shares that wait for a look, and, of a live packet, what is left."""
        held = dict(
            self.look(
                "SELECT a.id, coalesce(sum(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END), 0) "
                "FROM account a LEFT JOIN transfer t ON a.id IN (t.credit_id, t.debit_id) "
                "WHERE a.kind = 'escrow' GROUP BY a.id"
            )
        )
        for packet_id, coins, state, escrow in self.look("SELECT id, coins, state, escrow_id FROM packet"):
            taken = self.look(
                f"SELECT coins, balance FROM packet_take WHERE packet_id = {packet_id} AND nth IS NOT NULL"  # noqa: S608
            )
            waits = sum(share for share, balance in taken if balance is None)
            left = coins - sum(share for share, _ in taken)
            assert held[escrow] == (waits + left if state in {"gathering", "drawing", "open"} else waits)

    @invariant()
    def what_fans_give_is_fans(self) -> None:
        """A fan's packet pays out coins of the dates that it took in; what nobody gets is the giver's, of no other."""
        for packet_id, escrow, giver, user_id, coins in self.look(
            "SELECT p.id, p.escrow_id, a.id, m.user_id, p.coins FROM packet p "
            "JOIN account a ON a.member_id = p.giver_id JOIN member m ON m.id = p.giver_id"
        ):
            dates: Counter[str] = Counter()
            back = 0
            for debit, credit, amount, earned_at in self.look(
                f"SELECT debit_id, credit_id, amount, earned_at FROM transfer WHERE {escrow} IN (debit_id, credit_id)"  # noqa: S608
            ):
                if earned_at is None:
                    assert user_id < 0, "only what somebody deleted gave is the shop's"
                elif credit == escrow:
                    assert debit == giver
                    dates[earned_at] += amount
                else:
                    dates[earned_at] -= amount
                back += amount if credit == giver else 0
            assert min(dates.values()) >= 0, "no coin leaves with a date with which none came"
            ((state, kept, waits),) = self.look(
                "SELECT p.state, coalesce(sum(CASE WHEN t.balance > 0 THEN t.coins END), 0), "  # noqa: S608
                "count(CASE WHEN t.nth > 0 AND t.balance IS NULL THEN 1 END) "
                f"FROM packet p LEFT JOIN packet_take t ON t.packet_id = p.id WHERE p.id = {packet_id}"
            )
            ended = state in {"over", "expired"} and not waits
            assert user_id < 0 or not ended or back == coins - kept, "the rest came back"

    @invariant()
    def points_are_of_what_stands(self) -> None:
        """Nothing counts less than once; points for coupons and orders are those of what is used and paid."""
        assert not self.look("SELECT kind FROM activity WHERE times < 1")
        counted = dict(
            self.look(
                "SELECT x.kind || ' ' || x.day || ' ' || x.member_id, x.times FROM activity x "
                "JOIN member m ON m.id = x.member_id WHERE m.user_id > 0 AND x.kind IN ('redeem', 'order')"
            )
        )
        expected: Counter[str] = Counter()
        for day, member_id in self.look(
            "SELECT c.redeemed_on, c.member_id FROM coupon c JOIN member m ON m.id = c.member_id "
            "WHERE m.user_id > 0 AND c.redeemed_on IS NOT NULL"
        ):
            expected[f"redeem {day} {member_id}"] += 1
        for day, member_id, share in self.look(
            "SELECT day, member_id, share FROM shop_order WHERE member_id IS NOT NULL AND state = 'paid'"
        ):
            expected[f"order {day} {member_id}"] += share
        assert counted == expected

    @invariant()
    def a_coupon_pays_one_order(self) -> None:
        """An order that stands has a coupon that is used and counts, and no other order has it."""
        paid = self.look(
            "SELECT c.state, c.redeemed_on, c.id FROM shop_order o JOIN order_coupon u ON u.order_id = o.id "
            "JOIN coupon c ON c.id = u.coupon_id WHERE o.state = 'paid'"
        )
        assert all(state == "redeemed" and day is not None for state, day, _ in paid)
        assert len({coupon_id for *_, coupon_id in paid}) == len(paid)

    @invariant()
    def who_comes_back_is_nobodys_friend(self) -> None:
        """Whoever was here before they had their data deleted is brought by nobody within twelve months."""
        for user_id, deleted_at in self.forgotten.items():
            instant = f"{deleted_at:%Y-%m-%d %H:%M:%S.%f}"
            assert not self.look(
                "SELECT i.id FROM invitation i JOIN member m ON m.id = i.friend_id "  # noqa: S608
                f"WHERE m.user_id = {user_id} AND i.joined_at >= '{instant}'"
            )


def test_coins_survive_any_history(sqlite_template: Path) -> None:
    """Histories of twenty steps, the same in every run."""

    class Fresh(Coins):
        """Each history begins with a copy of the migrated file."""

        def __init__(self) -> None:
            super().__init__(sqlite_template)

    run_state_machine_as_test(
        Fresh,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
