"""The page of a fan's tier, and the tag beside their name."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.members.tiers import TierShown
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.tiers import MEMORY, Tier, TierNow, TierPolicy
from bot.rules.tiers_ahead import Opens, TierSums, sums_by_kind
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx, Tx
from bot.store.members import standing
from bot.store.tables import Member
from bot.store.tags import want_tag
from bot.store.tiers import When, deeds_of, settle_some


class TierPages:
    """Use cases of the page."""

    def __init__(self, db: Database, policies: Policies, opens: Mapping[Tier, Opens]) -> None:
        self._db = db
        self._policy = policies[TierPolicy]
        self._opens = opens

    async def page(self, act: Act) -> TierShown:
        """The sender's page."""
        return await self._db.read(self._page, act)

    async def show_tag(self, act: Act, *, wanted: bool) -> TierShown:
        """Show the sender's tier beside their name in the groups, or not any more; their page then."""
        return await self._db.write(self._show_tag, act, wanted)

    def _show_tag(self, tx: Tx, act: Act, wanted: bool) -> TierShown:  # db.write passes by place
        member = standing(tx, act.community_id, act.sender, act.at)
        want_tag(tx, act.community_id, member.member_id, act.at, wanted=wanted)
        return self._page(tx, act)

    def _page(self, session: Rx | Tx, act: Act) -> TierShown:
        found = session.execute(
            select(col(Member.id), col(Member.tag_wanted)).where(
                col(Member.community_id) == act.community_id, col(Member.user_id) == act.sender.user_id
            )
        ).one_or_none()
        member_id, tag = found if found is not None else (None, False)
        sums = sums_of_member(session, act.place, member_id, act.at, self._policy)
        then = self._opens[sums.higher] if sums.higher is not None else None
        return TierShown(sums, self._opens[sums.tier], then, bool(tag))


def sums_of_member(
    session: Rx | Tx, place: Place, member_id: int | None, now: datetime, policy: TierPolicy
) -> TierSums:
    """A member's tier with its sums; for who isn't a member yet, those of somebody new."""
    today = day_of(now, place.timezone)
    if member_id is None:
        return sums_by_kind((), TierNow(), today, policy)
    settled = settle_some(session, place, [member_id], When(now, today, present=True), policy)
    deeds = deeds_of(session, [member_id], today - MEMORY - timedelta(days=31))
    known = settled[member_id].now if member_id in settled else TierNow()
    return sums_by_kind(deeds.get(member_id, ()), known, today, policy)
