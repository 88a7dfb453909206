"""People come by a friend's gift, or leave while its rewards are pending."""

from datetime import datetime

from bot.features.gifts import invitations as inviting
from bot.features.people import joining
from bot.features.people.joining import FRESH_KEY, Link, Reach
from bot.rules.act import Sender
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.gifts.openings import GiftWelcome
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.people.joining import WelcomePolicy
from bot.rules.place import Place
from bot.store.coupons.hand_out import Choice
from bot.store.engine.db import Tx
from bot.store.messages.telling import tell_here, unsay
from bot.store.places import Group


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
    unsay(tx, place.community_id, key)
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
    tell_here(
        tx,
        place.community_id,
        group.chat_id,
        sender.user_id,
        reach.language,
        outcome,
        key=f"{key}:gift",
        whisper=group.is_admin,
        can_write=reach.can_write,
        due_at=now,
        now=now,
        not_after=at + policy.fresh,
    )
    return True


def go(tx: Tx, place: Place, chat_id: int, user_id: int, at: datetime, *, elsewhere: bool) -> None:
    """Someone leaves a group; with the last one, what was pending on their joining is cancelled."""
    joining.go(tx, place, chat_id, user_id, at, elsewhere=elsewhere)
    inviting.leave(tx, place, user_id, at, GiftPolicy())
