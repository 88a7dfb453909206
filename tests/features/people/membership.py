"""Fans who come, leave, act and are looked up, for tests of who is in."""

from datetime import datetime
from typing import Any

from bot.features.people.joining import Coming, Going, Reach
from bot.flows.check_in import CheckIns
from bot.flows.come_and_go import ComeAndGo
from bot.flows.presence import Belonging, Looked
from bot.rules.act import Sender
from bot.rules.fans import Found, Known
from bot.rules.place import Place
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.places import Group, find_place
from tests.features.scene import (
    POLICIES,
    Causes,
    act_of,
    dice,
    fan,
    outside,
    shop,
)
from tests.features.studio import another_group

HOME, OTHER = -1001, -1002
REACH = Reach(Language.KO, can_write=False)


def rolls(db: Database) -> Belonging:
    """Who is in, as it is written down."""
    return Belonging(db, POLICIES)


async def check_in(db: Database, place: Place, sender: Sender, at: datetime, causes: Causes) -> Any:
    """A check-in."""
    return await CheckIns(db, POLICIES).check_in(act_of(place, sender, at, causes.next()))


async def leaves(db: Database, place: Place, number: int, at: datetime, chat_id: int = HOME) -> None:
    """A fan is seen to leave a group."""
    await ComeAndGo(db, POLICIES, dice()).go(Going(place, chat_id, fan(number).user_id, at))


async def comes(db: Database, place: Place, number: int, at: datetime, chat_id: int = HOME) -> bool:
    """A fan is seen to come into a group."""
    joining = ComeAndGo(db, POLICIES, dice())
    return await joining.come(Coming(Group(1, chat_id, "Room", place, is_admin=True), fan(number), None, REACH, at), at)


async def known(db: Database, place: Place, number: int = 1) -> Known:
    """What is stored of a fan."""
    return await rolls(db).known(place, fan(number).user_id)


async def looked(db: Database, place: Place, number: int, found: Found, at: datetime, *, comes: bool = False) -> None:
    """Telegram was asked at `at`."""
    await rolls(db).settle(place, [Looked(outside(fan(number)), found)], at, comes=comes)


async def two_rooms(db: Database) -> Place:
    """A shop with a second room."""
    place = await shop(db)
    await another_group(db, place, OTHER)
    found = await db.read(find_place, place.community_id)
    assert found is not None
    return found
