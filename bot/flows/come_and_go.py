"""People come, by a friend's gift or not, and leave, maybe while its rewards are pending."""

from datetime import datetime

from bot.features.gifts import invitations
from bot.features.people import joining
from bot.features.people.joining import FRESH_KEY, Coming, Going, WelcomeTerms
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.gifts.openings import GiftWelcome
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.people.joining import WelcomePolicy
from bot.rules.policies import Policies
from bot.store.coupons.for_gifts import GiftCoupons
from bot.store.coupons.hand_out import Choice
from bot.store.engine.db import Database, Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import Ways, tell_here, withdraw_messages
from bot.store.places import Group
from bot.store.private_messages import Reader
from bot.store.tables.messages import Lane


class ComeAndGo:
    """Use cases of coming and going."""

    def __init__(self, db: Database, policies: Policies, choice: Choice) -> None:
        """`choice` picks the characters of a coupon's code, where a gift holds one."""
        self._db = db
        self._gift_policy = policies[GiftPolicy]
        self._coupons = GiftCoupons(policies, choice)
        ladder = policies[CheckInPolicy].ladder
        self._terms = WelcomeTerms(policies[WelcomePolicy], first_coins=ladder[0], most_coins=ladder[-1])

    async def come(self, coming: Coming, now: datetime) -> bool:
        """Somebody is in a group; whether that is news. The welcome that it is worth is promised."""
        return await self._db.write(self._come, coming, now)

    async def others(self, group: Group) -> list[int]:
        """The community's other groups."""
        return await self._db.read(joining.others, group)

    async def go(self, going: Going) -> None:
        """Somebody left a group."""
        await self._db.write(go, going, self._gift_policy)

    def _come(self, tx: Tx, coming: Coming, now: datetime) -> bool:
        """Who was brought by a friend hears of the gift in place of the plain welcome."""
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
        )
        self._say_instead(tx, coming, welcome, now)
        return True

    def _say_instead(self, tx: Tx, coming: Coming, welcome: GiftWelcome, now: datetime) -> None:
        """Withdraw the plain welcome, and promise this one."""
        group, sender, reach, at = coming.group, coming.sender, coming.reach, coming.at
        place = group.place
        key = FRESH_KEY.format(community=place.community_id, user=sender.user_id)
        withdraw_messages(tx, place.community_id, key)
        ways = Ways(group.chat_id, whisper=group.is_admin, can_write=reach.can_write)
        terms = Terms(now=now, key=f"{key}:gift", not_after=at + self._terms.policy.fresh, lane=Lane.POST)
        tell_here(tx, place.community_id, Reader(sender.user_id, reach.language), ways, pack(welcome), terms)


def go(tx: Tx, going: Going, policy: GiftPolicy) -> None:
    """Someone leaves a group; with the last one, what was pending on their joining is cancelled."""
    joining.go(tx, going)
    invitations.leave(tx, going.place, going.user_id, going.at, policy)
