"""Whom staff mean: by reply, mention, username, or out of a list; over the stand-in."""

import asyncio
from dataclasses import dataclass

import pytest

from sandbox import Message, Person, Rights
from sandbox.accounts import User
from sandbox.messages import NewMessage
from sandbox.text import typed
from tests.bot.conftest import Play, Stage
from tests.bot.speech import said_since, speaks
from tests.bot.staff.test_admin import opens_panel, taps, types
from tests.features.scene import everything, query

LINES = {"done": "/item 1 done", "refund": "/item 1 refund", "redeem": "/redeem SILK20"}
DONE = {"done": "Done ✅", "refund": "Refunded ↩️", "redeem": "Marked as used"}
DEEDS = pytest.mark.parametrize("deed", list(LINES))


@dataclass
class Till:
    """Two fans who bought a favour and hold a coupon with a shared code; staff are the owner."""

    stage: Stage
    ana: Person
    """Has no username, and a name that takes more units than letters."""
    ben: Person
    """Is @silk."""

    async def says(self, line: str, *, reply_to: Message | None = None, mentions: tuple[User, ...] = ()) -> Message:
        """The owner says something in the group; the whisper that answers."""
        owner, group = self.stage.owner, self.stage.group
        said = owner.says(group, line, reply_to=reply_to, mentions=mentions)
        return await self.stage.whisper(owner, after=said)

    async def in_private(self, line: str, reply_to: Message | None = None) -> Message:
        """The owner says something in private; the answer."""
        owner, bot = self.stage.owner, self.stage.bot
        said = owner.says(bot, line, reply_to=reply_to)
        return await owner.waits_for(bot, lambda m: m.sender is bot, timeout=10, after=said)

    async def settled(self, deed: str) -> list[str]:
        """Names of those for whom it was done."""
        table, state = {
            "done": ("purchase", "done"),
            "refund": ("purchase", "refunded"),
            "redeem": ("coupon", "redeemed"),
        }[deed]
        rows = await query(
            self.stage.app.db,
            f"SELECT p.name FROM {table} t JOIN member m ON m.id = t.member_id "  # noqa: S608  # our own words
            "JOIN person p ON p.user_id = m.user_id WHERE t.state = :state ORDER BY t.id",
            state=state,
        )
        return [name for (name,) in rows]


async def till(play: Play, language: str = "en") -> Till:
    """Set the stage."""
    stage = await play(language=language)
    ana = stage.fan("Ana 🧵")
    ben = stage.telegram.add_user("Ben", username="silk")
    ben.joins(stage.group)
    for person in (ana, ben):
        said = person.says(stage.group, "/checkin")
        await person.waits_for(stage.group, lambda m: "✅" in m.text or "5" in m.text, timeout=10, after=said)
    await stage.ask(stage.owner, '/newitem title="First" price=5 kind=favour')
    card = await stage.drop("title=Scarf stock=5 code=SILK20")
    for person in (ana, ben):
        person.presses(card, "claim:")
        await stage.settled()
        shelf = await stage.whisper(person, after=person.says(stage.group, "/shop"))
        for tap in ("buy:", "pay:"):
            person.presses(shelf, tap)
            await stage.settled()
    stage.owner.starts(stage.bot)
    await stage.all_sent()
    assert await query(stage.app.db, "SELECT count(*) FROM purchase") == [(2,)]
    return Till(stage, ana, ben)


@DEEDS
async def test_a_fan_is_named_by_reply(play_sqlite: Play, deed: str) -> None:
    """The command as an answer to what the fan wrote; a name in the line comes before the reply."""
    shop = await till(play_sqlite)
    spoken = shop.ana.says(shop.stage.group, "Hello there")
    assert "nothing open" in (await shop.says("/item 1 done @mina", reply_to=spoken)).text
    assert DONE[deed] in (await shop.says(LINES[deed], reply_to=spoken)).text
    assert await shop.settled(deed) == ["Ana 🧵"]


@DEEDS
async def test_a_fan_is_named_by_a_mention(play_sqlite: Play, deed: str) -> None:
    """A mention that carries the fan's id, whatever their name looks like, and wherever it stands in the line."""
    shop = await till(play_sqlite)
    assert DONE[deed] in (await shop.says(f"{LINES[deed]} Ana 🧵", mentions=(shop.ana,))).text
    assert await shop.settled(deed) == ["Ana 🧵"]


@DEEDS
async def test_in_private_a_forwarded_message_names_its_writer(play_sqlite: Play, deed: str) -> None:
    """What staff send on to the bot tells whose it was; their own words there name nobody."""
    shop = await till(play_sqlite)
    sent_on = shop.stage.owner.forwards(shop.ana.says(shop.stage.group, "Mine please"), shop.stage.bot)
    own = shop.stage.owner.says(shop.stage.bot, "/help")
    await shop.stage.settled()
    assert "Who is it?" in (await shop.in_private(LINES[deed], reply_to=own)).text
    assert DONE[deed] in (await shop.in_private(LINES[deed], reply_to=sent_on)).text
    assert await shop.settled(deed) == ["Ana 🧵"]


@DEEDS
@pytest.mark.parametrize("said", ["", " ana", " Ben", " @nobody", " @", " @silk!"])
async def test_a_name_that_names_nobody_for_sure_gets_a_list(play_sqlite: Play, deed: str, said: str) -> None:
    """Shown names aren't believed, not even a single one: a tap decides, and the same tap again does no more."""
    shop = await till(play_sqlite)
    before = await everything(shop.stage.app.db)
    asked = await shop.says(LINES[deed] + said)
    assert LINES[deed] in asked.text
    assert await everything(shop.stage.app.db) == before
    labels = [button.text.split(" · ")[0] for button in asked.buttons]
    assert sorted(labels) == ({" ana": ["Ana 🧵"], " Ben": ["Ben"]}.get(said) or ["Ana 🧵", "Ben"])
    data = [button.callback_data or "" for button in asked.buttons]
    for _ in range(3):
        shop.stage.owner.forges(shop.stage.group, asked, data[0])
    await shop.stage.settled()
    assert await shop.settled(deed) == [labels[0]]


@DEEDS
async def test_a_tap_on_the_list(play_sqlite: Play, deed: str) -> None:
    """The list turns into what came of it; the buttons are gone with it, where that is whispered."""
    shop = await till(play_sqlite)
    asked = await shop.says(f"{LINES[deed]} ana")
    shop.stage.owner.presses(asked, "Ana")
    await shop.stage.owner.waits_for(
        shop.stage.group, lambda m: m.only_for is shop.stage.owner and DONE[deed] in m.text, timeout=10, after=asked
    )
    assert await shop.settled(deed) == ["Ana 🧵"]


@DEEDS
async def test_a_username_means_who_holds_it_now(play: Play, deed: str) -> None:
    """Ben gave @silk up, Zoe took it, and the bot has seen neither since: nobody's coins move, and Ben is renamed."""
    shop = await till(play)
    zoe = shop.stage.fan("Zoe")
    shop.ben.takes_username("benny")
    zoe.takes_username("silk")
    asked = await shop.says(f"{LINES[deed]} @silk")
    assert "Nobody here goes by @silk now" in asked.text
    assert await shop.settled(deed) == []
    rows = await query(shop.stage.app.db, "SELECT username FROM person WHERE name = 'Ben'")
    assert rows == [("benny",)]
    assert DONE[deed] in (await shop.says(f"{LINES[deed]} @Benny")).text
    await shop.stage.ask(zoe, "/checkin")
    nothing = (await shop.says(f"{LINES[deed]} @silk")).text
    assert "@silk" in nothing
    assert ("nothing open" in nothing) or ("no coupon" in nothing)
    assert await shop.settled(deed) == ["Ben"]


@pytest.mark.parametrize("open_chat", [True, False])
async def test_where_members_are_hidden(play_sqlite: Play, open_chat: bool) -> None:
    """A bot without rights that can't look into the group looks at the private chat; without one it asks to wait."""
    shop = await till(play_sqlite)
    shop.stage.owner.promotes(shop.stage.bot, shop.stage.group, None)
    await shop.stage.settled()
    if open_chat:
        shop.ben.starts(shop.stage.bot)
        await shop.stage.settled()
    else:
        shop.stage.telegram.faults.refuse("getChat", "chat not found", times=None)
    shop.stage.owner.hides_members(shop.stage.group)
    answer = await shop.in_private("/item 1 done @silk")
    assert ("Done ✅" in answer.text) is open_chat
    assert ("Try again in a minute" in answer.text) is not open_chat
    assert await shop.settled("done") == (["Ben"] if open_chat else [])


@DEEDS
@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_where_telegram_tells_nothing(play_sqlite: Play, deed: str, language: str) -> None:
    """No answer is neither yes nor no: one kind sentence, nothing is done, and it works when Telegram tells again."""
    shop = await till(play_sqlite, language)
    faults = shop.stage.telegram.faults
    faults.refuse("getChat", "chat not found", times=None)
    before = await everything(shop.stage.app.db)
    # The first look is about the owner, who is staff.
    faults.refuse("getChatMember", "CHAT_ADMIN_REQUIRED", times=None)
    answer = await shop.says(f"{LINES[deed]} @silk")
    assert "@silk" in answer.text
    assert answer.text.endswith("🙂")
    assert speaks(answer.text.replace("@silk", ""), language)
    assert await everything(shop.stage.app.db) == before
    faults.clear()
    await shop.says(f"{LINES[deed]} @silk")
    assert await shop.settled(deed) == ["Ben"]


@DEEDS
async def test_who_is_no_person(play_sqlite: Play, deed: str) -> None:
    """Channels, other bots and anonymous administrators can't be named; what nobody wrote names nobody."""
    shop = await till(play_sqlite)
    stage = shop.stage
    other = stage.telegram.add_bot(token="43:TEST", username="other_bot", name="Other")
    stage.owner.adds(other, stage.group)
    helper = stage.fan("Helper")
    stage.owner.promotes(helper, stage.group, Rights(is_anonymous=True))
    channel = stage.telegram.add_channel("News", stage.owner, linked=stage.group)
    by_bot = stage.telegram.messages(stage.group)[0].chat.world.delivery.post(
        stage.group, NewMessage(sender=other, content=typed("Beep"), posted_by=other)
    )
    post = channel.posts("Tonight at eight")
    await stage.settled()
    before = await everything(stage.app.db)
    for spoken in (helper.says(stage.group, "Hm"), by_bot):
        assert "which fan you mean" in (await shop.says(LINES[deed], reply_to=spoken)).text
    assert "which fan you mean" in (await shop.says(f"{LINES[deed]} Other", mentions=(other,))).text
    assert post.copy is not None
    joined = next(m for m in stage.telegram.messages(stage.group) if "new_chat_members" in m.service)
    own = next(m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot and m.only_for is None)
    sent_on = stage.owner.forwards(shop.ana.says(stage.group, "Mine"), stage.group)
    for spoken in (joined, own, sent_on, post.copy):
        assert "Who is it?" in (await shop.says(LINES[deed], reply_to=spoken)).text
    assert await everything(stage.app.db) == before


async def test_only_staff_tap_the_list(play_sqlite: Play) -> None:
    """A fan's forged taps do nothing, nor do staff's with numbers of nothing."""
    shop = await till(play_sqlite)
    asked = await shop.says("/item 1 refund")
    before = await everything(shop.stage.app.db)
    for data in ("refund:1", "handover:1", "redeem:1"):
        answer = await shop.ana.forges(shop.stage.group, asked, data).answered(10)
        assert "staff" in answer.text
    for data in ("refund:99", "refund:", "refund:x", "redeem:99", "redeem:-1", f"redeem:{'9' * 30}"):
        answer = await shop.stage.owner.forges(shop.stage.group, asked, data).answered(10)
        assert "out of date" in answer.text
    assert await everything(shop.stage.app.db) == before


@pytest.mark.parametrize("way", ["list", "mention", "username", "shown name"])
async def test_by_buttons(play_sqlite: Play, way: str) -> None:
    """The panel lists who waits; a mention and a username can be typed, a shown name leads to the list once more."""
    shop = await till(play_sqlite)
    stage, owner = shop.stage, shop.stage.owner
    panel = await opens_panel(stage, owner)
    await taps(stage, owner, panel, "Coin shop", "First")
    await taps(stage, owner, panel, "#1", "First")
    await stage.settled()
    await taps(stage, owner, panel, "More", "These can't always be taken back")
    await taps(stage, owner, panel, "Refund a fan", "Who gets their coins back?")
    assert [button.text for button in panel.buttons[:2]] == ["Ben", "Ana 🧵"]
    fan, shown = ("Ben", "@silk") if way == "username" else ("Ana 🧵", "Ana 🧵")
    if way == "list":
        await taps(stage, owner, panel, "Ana", "Nothing has happened yet")
    elif way == "mention":
        said = owner.says(stage.bot, "Ana 🧵", mentions=[shop.ana])
        panel = await owner.waits_for(stage.bot, lambda m: "Nothing has happened yet" in m.text, timeout=10, after=said)
    else:
        panel = await types(stage, owner, panel, shown if way == "username" else "Ana", "Nothing has happened yet")
    assert f"/item 1 refund {'Ana' if way == 'shown name' else shown}" in panel.text
    assert "{" not in panel.text
    if way == "shown name":
        await taps(stage, owner, panel, "Yes", "Which Ana is it?")
        owner.presses(panel, "Ana 🧵 ·")
    else:
        owner.presses(panel, "Yes")
    await owner.waits_for(stage.bot, lambda m: m is panel and "The fan has 5 coins back" in m.text, timeout=10)
    assert await shop.settled("refund") == [fan]


async def test_forged_picks_of_the_panel(play_sqlite: Play) -> None:
    """An id that is no fan's of this shop fills nothing in."""
    shop = await till(play_sqlite)
    stage, owner = shop.stage, shop.stage.owner
    panel = await opens_panel(stage, owner)
    await taps(stage, owner, panel, "Coin shop", "First")
    await taps(stage, owner, panel, "#1", "First")
    await stage.settled()
    await taps(stage, owner, panel, "More", "These can't always be taken back")
    await taps(stage, owner, panel, "Refund a fan", "Who gets their coins back?")
    private = stage.telegram.private(stage.bot, owner)
    for forged in ("id:", "id:1", "id:x", f"id:{'9' * 25}", ""):
        owner.forges(private, panel, f"admin:1:a:fan:{forged}")
    await stage.all_sent()
    assert "Nothing has happened yet" not in panel.text
    mark = len(stage.telegram.calls)
    await asyncio.sleep(0)
    assert said_since(stage.telegram, mark) == []
