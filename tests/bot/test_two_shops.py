"""Two shops in one bot: which one a private chat means, and what a guessed number can't do."""

import asyncio
from dataclasses import dataclass

import pytest

from sandbox import Chat, Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.features.scene import query


@dataclass
class Two:
    """Mina's Silk room (shop 1), Mei's Tea room (shop 2), and a stream in each."""

    stage: Stage
    mei: Person
    tea: Chat

    async def ask(self, person: Person, group: Chat, text: str) -> Message:
        """Say something in a group and wait for the whisper that answers it."""
        return await self.stage.whisper(person, group, after=person.says(group, text))

    async def joins(self, person: Person) -> None:
        """Come into the Tea room, and be welcomed."""
        person.joins(self.tea)
        await self.stage.whisper(person, self.tea)

    async def opens(self, person: Person, payload: str) -> Message:
        """Open a link; what the bot says."""
        said = person.starts(self.stage.bot, payload)
        return await self.hears(person, said)

    async def hears(self, person: Person, said: Message | None = None) -> Message:
        """The next private message of the bot."""
        bot = self.stage.bot
        heard = await person.waits_for(bot, lambda m: m.sender is bot, timeout=10, after=said)
        await self.stage.settled()
        return heard

    async def shops(self, person: Person) -> list[int]:
        """Where somebody is a member."""
        rows = await query(
            self.stage.app.db,
            "SELECT community_id FROM member WHERE user_id = :user AND left_at IS NULL ORDER BY 1",
            user=person.id,
        )
        return [shop for (shop,) in rows]

    async def means(self, person: Person) -> int | None:
        """Which shop is stored for somebody's private chat; the running bot must think the same."""
        rows = await query(self.stage.app.db, "SELECT community_id FROM person WHERE user_id = :user", user=person.id)
        stored: int | None = rows[0][0]
        known = await self.stage.app.communities.reader(person.id, private=True)
        assert stored == (known.place.community_id if known.place is not None else None)
        return stored


async def two(play: Play) -> Two:
    """Set the stage."""
    stage = await play(language="en", open=True)
    mei = stage.telegram.add_user("Mei", username="mei", language="en")
    tea = stage.telegram.add_group("Tea room", creator=mei)
    mei.adds(stage.bot, tea, Rights.full())
    await mei.waits_for(tea, lambda m: m.sender is stage.bot, timeout=10)
    both = Two(stage, mei, tea)
    await both.ask(stage.owner, stage.group, '/newstream title="Silk night" at=+8h')
    await both.ask(mei, tea, '/newstream title="Tea night" at=+8h')
    return both


async def test_a_guessed_number_makes_nobody_a_member(play: Play) -> None:
    """Links and forged presses with another shop's numbers: no membership, no turn to that shop, no word of it."""
    both = await two(play)
    ana = both.stage.fan("Ana")
    await both.ask(ana, both.stage.group, "/checkin")
    said = [await both.opens(ana, payload) for payload in ("remind_2", "setup_2", "admin_2", "g_2", "src_2")]
    assert "Come in first" in said[0].text
    private = both.stage.telegram.private(both.stage.bot, ana)
    for forged in ("remind:2", "unremind:2", "shop:2", "admin:2", "admin:2:s:coupons", "setup:2", "part:2"):
        await ana.forges(private, said[0], forged).answered(10)
    await both.stage.settled()
    assert await both.shops(ana) == [1]
    assert await both.means(ana) == 1
    assert not any("Tea" in message.text for message in ana.sees(both.stage.bot))
    assert await query(both.stage.app.db, "SELECT count(*) FROM subscription") == [(0,)]
    answer = await ana.forges(private, said[0], "remind:2").answered(10)
    assert "Come in first" in answer.text


async def test_a_stranger_with_guessed_links(play_sqlite: Play) -> None:
    """Who is in no shop at all stays in none."""
    both = await two(play_sqlite)
    zoe = both.stage.telegram.add_user("Zoe", language="en")
    for payload in ("remind_1", "setup_1", "admin_1"):
        await both.opens(zoe, payload)
    assert await both.shops(zoe) == []
    assert await both.means(zoe) is None


async def test_a_reminder_link_turns_the_chat_of_a_fan(play: Play) -> None:
    """*Remind me* in the second shop's group is a first act there; only its link turns the private chat."""
    both = await two(play)
    ana = both.stage.fan("Ana")
    await both.ask(ana, both.stage.group, "/checkin")
    await both.joins(ana)
    shown = await both.ask(ana, both.tea, "/streams")
    opened = await ana.presses(shown, "remind:").answered(10)
    assert await both.means(ana) == 1
    reminding = await both.opens(ana, (opened.url or "").partition("start=")[2])
    assert "I'll remind you" in reminding.text
    assert "Tea night" in reminding.text
    assert await both.means(ana) == 2
    assert await both.shops(ana) == [1, 2]


async def test_a_lurkers_first_act_is_a_reminder(play_sqlite: Play) -> None:
    """Who never did anything in the group but tap *remind me* is reminded: the tap was in the group."""
    both = await two(play_sqlite)
    leo = both.stage.fan("Leo")
    shown = await both.ask(leo, both.stage.group, "/streams")
    assert await both.shops(leo) == []
    opened = await leo.presses(shown, "remind:").answered(10)
    assert "I'll remind you" in (await both.opens(leo, (opened.url or "").partition("start=")[2])).text
    assert await both.shops(leo) == [1]


async def test_hearing_no_more_makes_nobody_a_member(play_sqlite: Play) -> None:
    """Who left the shop stops its reminders by the old button, and isn't taken in again by that."""
    both = await two(play_sqlite)
    ana = both.stage.fan("Ana")
    shown = await both.ask(ana, both.stage.group, "/streams")
    opened = await ana.presses(shown, "remind:").answered(10)
    reminding = await both.opens(ana, (opened.url or "").partition("start=")[2])
    ana.leaves(both.stage.group)
    await both.stage.settled()
    assert await both.shops(ana) == []
    private = both.stage.telegram.private(both.stage.bot, ana)
    assert "no more reminders" in (await ana.forges(private, reminding, "unremind:1").answered(10)).text
    assert await query(both.stage.app.db, "SELECT count(*) FROM subscription WHERE off_at IS NULL") == [(0,)]
    assert await both.shops(ana) == []
    assert "Come in first" in (await ana.forges(private, reminding, "remind:1").answered(10)).text


@pytest.mark.parametrize("link", ["setup", "source", "gift", "own gift"])
async def test_an_insiders_link_turns_the_chat(play_sqlite: Play, link: str) -> None:
    """A link of a shop that somebody is in turns their private chat to it, a restart keeps it."""
    both = await two(play_sqlite)
    stage = both.stage
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await both.ask(ana, stage.group, "/checkin")
    for person in (ana, ben):
        await both.joins(person)
        await both.ask(person, both.tea, "/checkin")
    payload = "setup_2"
    if link == "source":
        shown = await both.ask(both.mei, both.tea, "/source poster")
        payload = shown.text.partition("start=")[2].split()[0]
    elif link != "setup":
        giver = ana if link == "own gift" else ben
        shown = await both.ask(giver, both.tea, "/gift")
        asked = await stage.switches(giver, shown, "Send to a friend", ana if giver is ben else ben)
        assert asked.answer is not None
        (result,) = asked.answer.results
        (button,) = giver.chooses(asked, result.id).buttons
        payload = (button.url or "").partition("start=")[2]
    assert await both.means(ana) == 1
    await both.opens(ana, payload)
    assert await both.means(ana) == 2
    await stage.stop()
    stage.start_again(open=True)
    await asyncio.sleep(0)
    assert await both.means(ana) == 2
