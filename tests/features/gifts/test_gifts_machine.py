"""Gifts under any history: joins, leavings, returns, check-ins, days and coupons, held against a model of the stages.

The model knows the product's sentences and nothing of the tables: who was outside when they opened which card, when
they joined, on which days they checked in, when they left, whether a coupon of theirs was honoured.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from bot.rules.gifts.cards import GiftCard
from bot.store.ledger import check_books
from tests.features.givers import Circle
from tests.features.machine import Machine
from tests.features.scene import Causes, act_of, fan

GIVERS = (1, 2)
PEOPLE = 7
friends = st.integers(len(GIVERS) + 1, PEOPLE)
jumps = st.sampled_from([timedelta(hours=3), timedelta(hours=25), timedelta(days=3), timedelta(days=7)])


@dataclass
class Friend:
    """What somebody did, as anybody could have written it down."""

    opened: list[tuple[datetime, int]] = field(default_factory=list)
    """Cards opened while outside: when, and whose."""
    inside: bool = False
    was_here: bool = False
    acted: bool = False
    inviter: int | None = None
    joined: datetime | None = None
    ended: bool = False
    """Whether they left after joining: what was pending then is gone."""
    check_ins: list[datetime] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)


class Gifts(Machine):
    """One shop, three givers who stay, and people who come and go."""

    def __init__(self, template: Path) -> None:
        super().__init__(template)
        self.circle = Circle(self.db, self.places[0], Causes())
        self.circle.policy = type(self.circle.policy)(quiet_friends=99, friends_a_month=2)
        self.people = {number: Friend() for number in range(1, PEOPLE + 1)}
        self.cards: dict[int, GiftCard] = {}
        self.counted: dict[int, datetime] = {}
        """When a friend first counted as rewarded for their inviter."""
        for giver in GIVERS:
            self.wait(self.circle.comes(fan(giver), self.now))
            self.people[giver] = Friend(inside=True, was_here=True)
        for who in (3, 4, 5):
            self.open_a_card(1, who)
            self.join(who)

    # What happens.

    @rule(jump=jumps)
    def time_goes_by(self, jump: timedelta) -> None:
        """The clock comes round, hour after hour: what falls due is paid in the month in which it does."""
        for _ in range(int(jump / timedelta(hours=1))):
            self.now += timedelta(hours=1)
            if any(self._falls_due(self.people[one]) for one in self.people):
                self._clock()
        self._clock()

    def _falls_due(self, friend: Friend) -> bool:
        stays = self._stays_at(friend)
        return stays is not None and stays <= self.now and "stayed" not in friend.paid and not friend.ended

    def _clock(self) -> None:
        self.wait(self.circle.tick(self.now))
        for number, friend in self.people.items():
            stays = self._stays_at(friend)
            if stays is not None and stays <= self.now and not friend.ended:
                self._pay(number, friend, "stayed", 20, 30)

    @rule(giver=st.sampled_from(GIVERS), who=friends)
    def open_a_card(self, giver: int, who: int) -> None:
        """Somebody opens a giver's card; what Telegram says of their being inside is true."""
        card = self.cards[giver] = self.wait(self.circle.card(fan(giver), self.now))
        friend = self.people[who]
        found = self.wait(self.circle.found(card, self.now))
        assert found is not None
        opening = self.wait(
            self.circle.gifts.open(found, act_of(found.place, fan(who), self.now), inside=friend.inside)
        )
        outside = not friend.was_here and not friend.inside and (not friend.acted or bool(friend.opened))
        assert opening.outsider is outside
        if outside and giver not in {whose for _, whose in friend.opened}:
            friend.opened.append((self.now, giver))

    @rule(who=friends)
    def join(self, who: int) -> None:
        """Somebody comes into the group."""
        friend = self.people[who]
        self.wait(self.circle.comes(fan(who), self.now))
        self._clock()
        if friend.inside:
            return
        if not friend.was_here:
            fresh = [whose for at, whose in friend.opened if at > self.now - timedelta(days=30)]
            if fresh:
                friend.inviter, friend.joined = fresh[0], self.now
        friend.inside = friend.was_here = True

    @rule(who=friends)
    def leave(self, who: int) -> None:
        """Somebody leaves; givers stay."""
        friend = self.people[who]
        if not friend.inside:
            return
        self._clock()
        self.wait(self.circle.goes(fan(who), self.now))
        friend.inside, friend.ended = False, friend.ended or friend.joined is not None

    @rule(who=friends, days=st.integers(1, 3))
    def check_in(self, who: int, days: int) -> None:
        """Somebody checks in, on a day or a few in a row, from wherever they are."""
        friend = self.people[who]
        for later in range(days):
            if later:
                self.time_goes_by(timedelta(days=1))
            outcome = self.wait(self.circle.checks_in(fan(who), self.now))
            friend.acted = True
            if type(outcome).__name__ != "CheckedIn":
                continue
            if friend.joined is not None and not friend.ended:
                friend.check_ins.append(self.now)
                self._pay(who, friend, "joined", 10, 0)
            self._clock()

    @rule(who=friends)
    def redeem(self, who: int) -> None:
        """A coupon of somebody's is honoured."""
        friend = self.people[who]
        if not friend.was_here:
            return
        self.wait(self.circle.redeems(fan(who), self.now))
        if friend.joined is not None and not friend.ended:
            self._pay(who, friend, "redeemed", 0, 100)
        self._clock()

    def _stays_at(self, friend: Friend) -> datetime | None:
        if friend.joined is None:
            return None
        counted = [at for at in friend.check_ins if at <= friend.joined + timedelta(days=10)]
        return max(counted[2], friend.joined + timedelta(days=7)) if len(counted) >= 3 else None

    def _pay(self, number: int, friend: Friend, stage: str, theirs: int, inviters: int) -> None:
        """What the product says of a stage: theirs always, the inviter's for two friends a month here."""
        if stage in friend.paid:
            return
        if inviters:
            month = self.now.astimezone(self._zone()).strftime("%Y-%m")
            same = [
                one
                for one, at in self.counted.items()
                if self.people[one].inviter == friend.inviter and at.astimezone(self._zone()).strftime("%Y-%m") == month
            ]
            if number not in self.counted and len(same) >= 2:
                inviters = 0
            elif number not in self.counted:
                self.counted[number] = self.now
        friend.paid[stage] = theirs
        friend.paid[f"{stage} inviter"] = inviters

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.places[0].timezone)

    # What holds, whatever happened.

    @invariant()
    def both_got_what_the_product_says(self) -> None:
        """Friends and inviters have exactly what the stages are worth, and each friend has one inviter."""
        for number, friend in self.people.items():
            theirs = sum(coins for stage, coins in friend.paid.items() if not stage.endswith("inviter"))
            brought = sum(
                coins
                for other in self.people.values()
                if other.inviter == number
                for stage, coins in other.paid.items()
                if stage.endswith("inviter")
            )
            assert self._gifted(number) == theirs + brought, number
        inviters = self.look(
            "SELECT f.user_id, i.user_id FROM invitation v JOIN member f ON f.id = v.friend_id "
            "JOIN member i ON i.id = v.inviter_id"
        )
        known = {(fan(number).user_id, fan(one.inviter).user_id) for number, one in self.people.items() if one.inviter}
        assert set(inviters) == known
        assert len(inviters) == len(known)

    def _gifted(self, number: int) -> int:
        rows = self.look(
            "SELECT m.user_id, t.amount FROM transfer t JOIN account a ON a.id = t.credit_id "
            "JOIN member m ON m.id = a.member_id WHERE t.reason = 'gift'"
        )
        return sum(amount for user_id, amount in rows if user_id == fan(number).user_id)

    @invariant()
    def the_books_are_sound(self) -> None:
        """Every coin is accounted for."""
        assert self.wait(self.db.read(check_books)).sound


def test_gifts_under_any_history(sqlite_template: Path) -> None:
    """Histories of 25 steps, the same in every run."""

    class Fresh(Gifts):
        """Each history begins with a copy of the migrated file."""

        def __init__(self) -> None:
            super().__init__(sqlite_template)

    run_state_machine_as_test(
        Fresh,
        settings=settings(
            max_examples=10,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
