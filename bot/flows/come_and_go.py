"""People come by a friend's gift, or leave while its rewards are pending."""

from datetime import datetime

from bot.features.gifts import invitations as inviting
from bot.features.people import joining
from bot.features.people.joining import FRESH_KEY, Link, Reach
from bot.rules.act import Sender
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.gifts.gifts import GiftPolicy, GiftWelcome
from bot.rules.people.joining import WelcomePolicy
from bot.rules.place import Place
from bot.store.coupons.hand_out import Choice
from bot.store.engine.db import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import Ways, tell_here, withdraw_messages
from bot.store.places import Group
from bot.store.private_messages import Reader
from bot.store.tables.messages import Lane


def come(
    tx: Tx,
    group: Group,
    sender: Sender,
    link: Link | None,
    reach: Reach,
    at: datetime,
    now: datetime,
    policy: WelcomePolicy,
    checkin_policy: CheckInPolicy,
    *,
    choice: Choice,
) -> bool:
    """Someone comes; who was brought by a friend hears of the gift in place of the plain welcome."""
    if not joining.come(tx, group, sender, link, reach, at, now, policy, checkin_policy):
        return False
    place = group.place
    brought = inviting.attribute(tx, place, sender, at, GiftPolicy(), choice)
    if brought is None or now - at >= policy.fresh:
        return True
    key = FRESH_KEY.format(community=place.community_id, user=sender.user_id)
    withdraw_messages(tx, place.community_id, key)
    outcome = GiftWelcome(
        name=sender.name,
        giver=brought.giver,
        title=brought.title,
        kind=brought.kind,
        waiting=brought.waiting,
        code=brought.code,
        missed=brought.missed,
        first_coins=checkin_policy.ladder[0],
    )
    ways = Ways(group.chat_id, whisper=group.is_admin, can_write=reach.can_write)
    terms = Terms(now=now, key=f"{key}:gift", not_after=at + policy.fresh, lane=Lane.POST)
    tell_here(tx, place.community_id, Reader(sender.user_id, reach.language), ways, pack(outcome), terms)
    return True


def go(tx: Tx, place: Place, chat_id: int, user_id: int, at: datetime, *, elsewhere: bool) -> None:
    """Someone leaves a group; with the last one, what was pending on their joining is cancelled."""
    joining.go(tx, place, chat_id, user_id, at, elsewhere=elsewhere)
    inviting.leave(tx, place, user_id, at, GiftPolicy())
