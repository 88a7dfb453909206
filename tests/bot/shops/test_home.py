"""Who steers a shop: its home group's creator and administrators, as Telegram says at the act, and nobody else."""

import asyncio

import pytest
from sqlalchemy import text

from bot.store.engine.sessions import Tx
from bot.store.places import find_group
from sandbox import Chat, Message, Person, Rights
from tests.bot.conftest import Play, Stage, is_card

HELPS = Rights(can_manage_chat=True)
"""The smallest title that makes somebody an administrator."""


async def starts(stage: Stage, *people: Person) -> None:
    """People open the private chat."""
    for person in people:
        person.starts(stage.bot)
        await person.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)


async def says(stage: Stage, person: Person, line: str) -> str:
    """Say a line in private; the answer."""
    said = person.says(stage.bot, line)
    return (await person.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)).text


async def heard(stage: Stage, person: Person, part: str) -> Message:
    """Wait for a private message with these words."""
    return await person.waits_for(stage.bot, lambda m: m.sender is stage.bot and part in m.text, timeout=10)


async def helper(stage: Stage, name: str = "Jun") -> Person:
    """An administrator of the home group."""
    person = stage.fan(name)
    stage.owner.promotes(person, stage.group, HELPS)
    await stage.settled()
    return person


async def second_room(stage: Stage, creator: Person, title: str = "Den") -> Chat:
    """A room that the owner has joined to the shop, though somebody else created it."""
    den = stage.telegram.add_group(title, creator=creator)
    if not den.has(stage.owner):
        stage.owner.joins(den)
    stage.owner.adds(stage.bot, den, Rights.full() if creator is stage.owner else None)
    await stage.settled()
    found = await stage.app.db.read(find_group, den.id)
    assert found is not None
    assert found.place.home_chat == stage.group.id
    return den


async def coins_given(stage: Stage) -> int:
    """Packets that were opened."""
    return await stage.app.db.read(lambda session: session.execute(text("SELECT count(*) FROM packet")).scalar_one())


@pytest.mark.parametrize("where", ["den", "private", "anonymous"])
async def test_a_room_gives_no_rights(play_sqlite: Play, where: str) -> None:
    """An administrator of a joined room is a fan there, in private, and under the room's name."""
    stage = await play_sqlite(language="en")
    jun = await helper(stage)
    den = await second_room(stage, jun)
    stage.owner.promotes(jun, stage.group, None)
    stage.owner.removes(jun, stage.group)
    await starts(stage, jun)
    await stage.settled()
    line = "/redpacket 100 2"
    match where:
        case "den":
            jun.says(den, '/newcoupon title="Silk" stock=3')
            await heard(stage, jun, "for the shop's staff")
            jun.says(den, line)
        case "private":
            assert "for the shop's staff" in await says(stage, jun, '/newcoupon title="Silk" stock=3')
        case _:
            said = jun.says_as_admin_anonymously(den, line)
            answer = await jun.waits_for(
                den, lambda m: m.sender is stage.bot and m.reply_to is said, timeout=10, after=said
            )
            assert "for the shop's staff" in answer.text
            said = jun.says_as_admin_anonymously(den, "/setup coin=petals")
            answer = await jun.waits_for(
                den, lambda m: m.sender is stage.bot and m.reply_to is said, timeout=10, after=said
            )
            assert "for the shop's staff" in answer.text
    await stage.settled()
    assert await coins_given(stage) == 0


async def test_a_demoted_helper_is_a_fan_at_once(play_sqlite: Play) -> None:
    """In the group, in private, and on a panel that hangs since before."""
    stage = await play_sqlite(language="en")
    jun = await helper(stage)
    await starts(stage, jun)
    jun.says(stage.bot, "/admin")
    panel = await jun.waits_for(stage.bot, lambda m: "admin:" in str(m.buttons), timeout=10)
    stage.owner.promotes(jun, stage.group, None)
    pressed = jun.presses(panel, panel.buttons[0].text)
    assert "for the shop's staff" in (await pressed.answered(10)).text
    assert "for the shop's staff" in await says(stage, jun, '/newcoupon title="Silk" stock=3')


async def test_a_group_that_changes_hands(play: Play) -> None:
    """The new creator is the owner from that moment, both are told, and the old secret is void."""
    stage = await play(language="en", metrics_port=None)
    joon = stage.fan("Joon", "en")
    await starts(stage, stage.owner, joon)
    await says(stage, stage.owner, "/hook new")
    stage.owner.hands_over(stage.group, joon, keeps=None)
    told = await heard(stage, joon, "You're the owner of Silk room now")
    assert "stopped working" in told.text
    await heard(stage, stage.owner, "belongs to somebody else now")
    secrets = await stage.app.db.read(lambda s: s.execute(text("SELECT count(*) FROM order_hook")).scalar_one())
    assert secrets == 0
    assert "for the shop's staff" in await says(stage, stage.owner, "/hook")
    assert "for the shop's staff" in await says(stage, stage.owner, "/setup coin=petals")
    assert "petals" in await says(stage, joon, "/setup coin=petals")
    acts = await stage.app.db.read(
        lambda s: s.execute(text("SELECT actor_id, act FROM audit_entry WHERE act = 'owner.changed'")).all()
    )
    assert [tuple(row) for row in acts] == [(joon.id, "owner.changed")]


async def test_a_change_of_hands_that_nobody_told(play_sqlite: Play) -> None:
    """Found out at the act: the bot was down, or the word of it was lost."""
    stage = await play_sqlite(language="en")
    joon = stage.fan("Joon", "en")
    await starts(stage, stage.owner, joon)
    await stage.stop()
    stage.owner.hands_over(stage.group, joon)
    stage.bot.queue.drop()
    stage.start_again()
    # The old owner kept an administrator's rights: an operator, no more.
    assert "Only the owner" in await says(stage, stage.owner, "/setup coin=petals")
    await heard(stage, joon, "You're the owner of Silk room now")
    assert "petals" in await says(stage, joon, "/setup coin=petals")


async def test_no_answer_is_neither_yes_nor_no(play_sqlite: Play) -> None:
    """While Telegram doesn't say who may, staff and fans hear "try again", and nothing is done."""
    stage = await play_sqlite(language="en")
    jun, ana = await helper(stage), stage.fan("Ana")
    await starts(stage, stage.owner, jun, ana)
    fault = stage.telegram.faults.error("getChatAdministrators", times=None)
    for person in (stage.owner, jun, ana):
        assert "try again" in await says(stage, person, '/newcoupon title="Silk" stock=3')
    fault.times = 0
    assert "for the shop's staff" in await says(stage, ana, '/newcoupon title="Silk" stock=3')
    stage.owner.says(stage.bot, '/newcoupon title="Silk" stock=3')
    await stage.owner.waits_for(stage.group, is_card, timeout=10)


async def test_a_bot_without_rights_knows_its_staff(play_sqlite: Play) -> None:
    """A bot that isn't administrator asks for the list of administrators, which works where members are hidden too."""
    stage = await play_sqlite(language="en", rights=None)
    stage.owner.hides_members(stage.group)
    jun = await helper(stage)
    await starts(stage, stage.owner, jun)
    for person, title in ((stage.owner, "Silk"), (jun, "Hat")):
        person.says(stage.group, f"/newcoupon title={title} stock=3")
        await person.waits_for(stage.group, lambda m, t=title: is_card(m) and t in m.text, timeout=10)  # type: ignore[misc]


async def test_home_gone(play_sqlite: Play) -> None:
    """Nobody steers then; the last owner moves home to a room that they created, in private, and no other."""
    stage = await play_sqlite(language="en")
    jun = await helper(stage)
    mine, juns = await second_room(stage, stage.owner, "Mine"), await second_room(stage, jun, "Jun's")
    await starts(stage, stage.owner, jun)
    stage.owner.removes(stage.bot, stage.group)
    await stage.settled()
    assert "home group is gone" in await says(stage, jun, '/newcoupon title="Silk" stock=3')
    stage.owner.says(stage.bot, "/setup")
    offer = await heard(stage, stage.owner, "can take its place")
    assert [button.text for button in offer.buttons] == ["🏠 Mine"]
    hello = jun.sees(stage.bot)[-1]
    forged = jun.forges(stage.telegram.private(stage.bot, jun), hello, f"home:{juns.id}")
    await forged.answered(10)
    await heard(stage, jun, "stays as it is")
    stage.owner.forges(stage.telegram.private(stage.bot, stage.owner), offer, f"home:{juns.id}")
    await heard(stage, stage.owner, "stays as it is")
    stage.owner.says(stage.bot, "/start")
    offer = await stage.owner.waits_for(
        stage.bot, lambda m: "home:" in str([b.callback_data for b in m.buttons]), timeout=10, after=offer
    )
    stage.owner.presses(offer, "Mine")
    await heard(stage, stage.owner, "Mine is the home group of Silk room now")
    found = await stage.app.db.read(find_group, mine.id)
    assert found is not None
    assert found.place.home_chat == mine.id
    assert "petals" in await says(stage, stage.owner, "/setup coin=petals")
    assert "for the shop's staff" in await says(stage, jun, '/newcoupon title="Silk" stock=3')


async def test_home_that_stands_isnt_moved(play_sqlite: Play) -> None:
    """By a forged press, while the home group has its creator."""
    stage = await play_sqlite(language="en")
    mine = await second_room(stage, stage.owner, "Mine")
    await starts(stage, stage.owner)
    hello = stage.owner.sees(stage.bot)[-1]
    stage.owner.forges(stage.telegram.private(stage.bot, stage.owner), hello, f"home:{mine.id}")
    await heard(stage, stage.owner, "stays as it is")


async def test_a_home_without_creator(play_sqlite: Play) -> None:
    """Its administrators go on; only the last owner may move home, or whoever becomes creator is the owner."""
    stage = await play_sqlite(language="en")
    jun = await helper(stage)
    await second_room(stage, stage.owner, "Mine")
    await starts(stage, stage.owner, jun)
    stage.owner.leaves(stage.group)
    await stage.settled()
    jun.says(stage.group, "/newcoupon title=Hat stock=3")
    await jun.waits_for(stage.group, is_card, timeout=10)
    stage.owner.says(stage.bot, "/setup coin=petals")
    await heard(stage, stage.owner, "can take its place")
    stage.telegram.succeed(stage.group)
    await heard(stage, jun, "You're the owner of Silk room now")
    await heard(stage, stage.owner, "belongs to somebody else now")
    assert "petals" in await says(stage, jun, "/setup coin=petals")


async def test_a_home_that_becomes_a_supergroup(play_sqlite: Play) -> None:
    """Home is the room's row: it goes along."""
    stage = await play_sqlite(language="en", kind="group", rights=None)
    await starts(stage, stage.owner)
    moved = stage.telegram.upgrade(stage.group)
    await stage.settled()
    found = await stage.app.db.read(find_group, moved.id)
    assert found is not None
    assert found.place.home_chat == moved.id
    assert "petals" in await says(stage, stage.owner, "/setup coin=petals")


def _as_before(tx: Tx) -> None:
    """What the migration leaves of a shop from before there were home groups."""
    tx.execute(text("UPDATE community SET home_told_at = NULL"))


async def test_the_owner_of_an_old_shop_is_told_once(play_sqlite: Play) -> None:
    """Which group is home, and which rooms' administrators aren't staff any more."""
    stage = await play_sqlite(language="en")
    jun = await helper(stage)
    await second_room(stage, jun, "Den")
    await starts(stage, stage.owner)
    await stage.app.db.write(_as_before)
    for _ in range(2):
        await stage.stop()
        stage.start_again()
        await heard(stage, stage.owner, "From now on Silk room is the home group of Silk room")
        await stage.settled()
    told = [m for m in stage.owner.sees(stage.bot) if "is the home group" in m.text]
    assert len(told) == 1
    assert "Being an admin in Den alone" in told[0].text


async def test_an_old_shop_whose_founding_group_is_gone(play_sqlite: Play) -> None:
    """The oldest joined room whose creator is the stored owner becomes home."""
    stage = await play_sqlite(language="en")
    jun = await helper(stage)
    await second_room(stage, jun, "Den")
    mine = await second_room(stage, stage.owner, "Mine")
    await starts(stage, stage.owner)
    stage.owner.removes(stage.bot, stage.group)
    await stage.settled()
    await stage.app.db.write(_as_before)
    await stage.stop()
    stage.start_again()
    told = await heard(stage, stage.owner, "From now on Mine is the home group")
    assert "Den" in told.text
    found = await stage.app.db.read(find_group, mine.id)
    assert found is not None
    assert found.place.home_chat == mine.id
    async with asyncio.timeout(10):
        assert "petals" in await says(stage, stage.owner, "/setup coin=petals")


async def test_an_old_shop_is_settled_when_telegram_answers(play_sqlite: Play) -> None:
    """No answer at the start settles nothing and stops no other housekeeping; the next look does."""
    stage = await play_sqlite(language="en")
    mine = await second_room(stage, stage.owner, "Mine")
    channel = stage.telegram.add_channel("News", stage.owner)
    stage.owner.adds(stage.bot, channel, Rights.full())
    await starts(stage, stage.owner)
    stage.owner.removes(stage.bot, stage.group)
    await stage.settled()
    await stage.app.db.write(_as_before)
    faults = [stage.telegram.faults.error(name, times=None) for name in ("getChatAdministrators", "getChat")]
    await stage.app.housekeeper.ask_telegram(stage.app.clock.now())
    found = await stage.app.db.read(find_group, mine.id)
    assert found is not None
    assert found.place.home_chat is None
    for fault in faults:
        fault.times = 0
    await stage.app.housekeeper.ask_telegram(stage.app.clock.now())
    await heard(stage, stage.owner, "From now on Mine is the home group")
