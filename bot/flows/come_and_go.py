"""People come into groups, some by a friend's gift, and leave, some while rewards of a gift are pending."""

from datetime import datetime

from bot.features.gifts import invitations
from bot.features.people import joining
from bot.features.people.joining import FRESH_KEY, Coming, Going, WelcomeTerms
from bot.features.people.welcome import is_asked
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.gifts.openings import GiftWelcome
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.people.joining import WelcomePolicy
from bot.rules.policies import Policies
from bot.store.coupons.for_gifts import GiftCoupons
from bot.store.coupons.hand_out import Choice
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import Ways, tell_here, withdraw_messages
from bot.store.places import Group
from bot.store.private_messages import Reader
from bot.store.tables.messages import Lane


class ComeAndGo:
    """Use cases of coming and going."""

    def __init__(self, db: Database, policies: Policies, choice: Choice) -> None:
        """`choice` picks the characters of a coupon's code, for gifts that hold a coupon."""
        self._db = db
        self._gift_policy = policies[GiftPolicy]
        self._coupons = GiftCoupons(policies, choice)
        ladder = policies[CheckInPolicy].ladder
        self._terms = WelcomeTerms(policies[WelcomePolicy], first_coins=ladder[0], most_coins=ladder[-1])

    async def come(self, coming: Coming, now: datetime) -> bool:
        """Write down that a person is in a group, and promise their welcome. False if they were known to be in it."""
        return await self._db.write(self._come, coming, now)

    async def others(self, group: Group) -> list[int]:
        """The chat ids of the community's other groups."""
        return await self._db.read(joining.others, group)

    async def go(self, going: Going) -> None:
        """Write down that a person left a group."""
        await self._db.write(go, going, self._gift_policy)

    def _come(self, tx: Tx, coming: Coming, now: datetime) -> bool:
        """A person who comes by a friend's gift gets a welcome with the gift instead of the plain one."""
        if not joining.come(tx, coming, now, self._terms):
            return False
        place = coming.group.place
        brought = invitations.attribute(tx, place, coming.sender, coming.at, self._gift_policy, self._coupons)
        if brought is None or now - coming.at >= self._terms.policy.fresh:
            return True
        welcome = GiftWelcome(
            name=coming.sender.name,
            giver=brought.giver,
            title=brought.title,
            kind=brought.kind,
            waiting=brought.waiting,
            code=brought.code,
            missed=brought.missed,
            first_coins=self._terms.first_coins,
            asks=place.community_id if is_asked(tx, place.community_id, coming.sender.user_id) else None,
        )
        self._replace_welcome(tx, coming, welcome, now)
        return True

    def _replace_welcome(self, tx: Tx, coming: Coming, welcome: GiftWelcome, now: datetime) -> None:
        """Withdraw the plain welcome, and promise this one instead."""
        group, sender, reach = coming.group, coming.sender, coming.reach
        place = group.place
        key = FRESH_KEY.format(community=place.community_id, user=sender.user_id)
        withdraw_messages(tx, place.community_id, key)
        ways = Ways(group.chat_id, whisper=group.is_admin, can_write=reach.can_write)
        not_after = coming.at + self._terms.policy.fresh
        terms = Terms(now=now, key=f"{key}:gift", not_after=not_after, lane=Lane.POST)
        tell_here(tx, place.community_id, Reader(sender.user_id, reach.language), ways, pack(welcome), terms)


def go(tx: Tx, going: Going, policy: GiftPolicy) -> None:
    """Write down that a person left a group. If it was their last, pending rewards for their joining are cancelled."""
    joining.go(tx, going)
    invitations.cancel_if_gone(tx, going.place, going.user_id, going.at, policy)
