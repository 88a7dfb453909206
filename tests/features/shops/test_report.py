"""The owner's figures, on both databases."""

from datetime import date, timedelta

from bot.features.people.joining import Coming, Going, Link, Reach
from bot.features.shops.report import Reports
from bot.flows.attend import Attending
from bot.flows.check_in import CheckIns
from bot.flows.come_and_go import ComeAndGo
from bot.flows.redeem import Redemption
from bot.rules.airings import How
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.place import Place
from bot.rules.shops.report import CameBy, Report
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.places import Group
from tests.features.people.test_privacy import _on_air
from tests.features.people.test_sources import source_of
from tests.features.scene import NOON, OWNER, POLICIES, Causes, act_by, act_of, days, dice, fan, offer, shop, till

POLICY = CheckInPolicy()


async def come(db: Database, place: Place, number: int, day: int, source: str | None = None) -> None:
    """A fan comes on a day, by a link with a source's name."""
    link = Link(f"https://t.me/+{source}", source) if source is not None else None
    group = Group(1, -1001, "Silk room", place, True)
    joining = ComeAndGo(db, POLICIES, dice())
    await joining.come(Coming(group, fan(number), link, Reach(Language.KO, False), days(day)), days(day))


async def test_a_week_in_figures(db: Database, causes: Causes) -> None:
    """Came by source with the unknown last, left, checked in, claimed, redeemed; what is older isn't counted."""
    place, other = await shop(db), await shop(db, fan(900), -1002)
    await source_of(db, place, "Poster", causes, 120)
    await source_of(db, place, "Video", causes)
    for number, day, source in (
        (1, 0, "Poster"),
        (2, 20, "Poster"),
        (3, 21, "Poster"),
        (4, 22, None),
        (5, 22, "Video"),
    ):
        await come(db, place, number, day, source)
    await come(db, other, 6, 22)
    leaving = ComeAndGo(db, POLICIES, dice())
    await leaving.go(Going(place, -1001, fan(3).user_id, days(22)))
    checkins = CheckIns(db, POLICIES)
    for number, day in ((1, 1), (2, 20), (2, 21), (4, 22)):
        await checkins.check_in(act_of(place, fan(number), days(day), causes.next()))
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9), causes.next())
    await till(db, 2).claim(act_of(place, fan(2), days(21), causes.next()), campaign)
    claimed = await till(db, 4).claim(act_of(place, fan(4), days(21), causes.next()), campaign)
    assert isinstance(claimed, Claimed)
    await Redemption(db).redeem(act_by(place, OWNER.user_id, days(22), causes.next()), claimed.code)
    week = await Reports(db).report(place, 7, days(22))
    assert week == Report(
        since=date(2026, 11, 18),
        days=7,
        came_in_all=4,
        came=(CameBy("Poster", 2, 1, 6000), CameBy("Video", 1, 1, None), CameBy(None, 1, 1, None)),
        more=0,
        left=1,
        checked_in=2,
        check_ins=3,
        claimed=2,
        redeemed=1,
        reminded=None,
        attended=None,
    )
    month = await Reports(db).report(place, 30, days(22))
    assert (month.came_in_all, month.checked_in, month.check_ins) == (5, 3, 4)


async def test_streams_once_there_are_some(db: Database, causes: Causes) -> None:
    """Who came to a stream is counted from the first planned one on."""
    place = await shop(db)
    airing_id = await db.write(_on_air, place)
    for number in (1, 2):
        await Attending(db, POLICIES).attend(act_of(place, fan(number), NOON, causes.next()), airing_id, How.TAP)
    report = await Reports(db).report(place, 7, NOON + timedelta(hours=1))
    assert (report.reminded, report.attended) == (0, 2)


async def test_an_empty_shop(db: Database) -> None:
    """A shop without anybody has nothing in it but noughts."""
    report = await Reports(db).report(await shop(db), 7, NOON)
    assert (report.came, report.came_in_all, report.left, report.check_ins) == ((), 0, 0, 0)
