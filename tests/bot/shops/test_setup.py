"""`/setup` over the stand-in: the link, the panel, typing, restarts, bad input, and who may."""

import pytest

from bot.store.tables import Dialogue
from sandbox import Document, Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks

LANGUAGES = {"ko": "한국어", "zh": "中文", "en": "English"}


async def opens_setup(stage: Stage, who: Person, shop: int = 1) -> Message:
    """Somebody follows the greeting's link; what the bot says in private."""
    said = who.starts(stage.bot, f"setup_{shop}")
    return await who.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)


async def taps(stage: Stage, panel: Message, label: str, shows: str) -> None:
    """The owner taps a button; the same message shows what comes next."""
    await stage.owner.presses(panel, label).answered(10)
    await stage.owner.waits_for(stage.bot, lambda m: m is panel and shows in m.text, timeout=10)


async def types(stage: Stage, panel: Message, text: str, shows: str, document: Document | None = None) -> Message:
    """The owner writes; a new panel is below what was written and the old one is gone."""
    said = stage.owner.says(stage.bot, text, document=document)
    new = await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and shows in m.text, timeout=10, after=said
    )
    await stage.all_sent()
    assert panel.deleted
    return new


def data(message: Message) -> list[str]:
    """What the buttons of a panel say."""
    return [button.callback_data or "" for button in message.buttons]


async def stands(stage: Stage) -> dict[str, str]:
    """The shop's settings."""
    place = await stage.app.communities.place(1)
    assert place is not None
    settings: dict[str, str] = await stage.app.dispatcher["shops"].settings.read(place)
    return settings


async def test_a_shop_is_set_up_by_buttons(play: Play) -> None:
    """Six questions by taps and typing in one panel, then what to do next; nothing is saved before *save*."""
    stage = await play(language="en")
    panel = await opens_setup(stage, stage.owner)
    assert "Step 1 of 6" in panel.text
    assert [button.text for button in panel.buttons][:3] == list(LANGUAGES.values())
    await taps(stage, panel, "English", "Step 2 of 6")
    assert "New York" in [button.text for button in panel.buttons]
    panel = await types(stage, panel, "서울", "Step 3 of 6")
    panel = await types(stage, panel, "Silk & <b>", "Step 4 of 6")
    await taps(stage, panel, "Back", "Step 3 of 6")
    assert "Now: Silk & <b>" in panel.text
    await taps(stage, panel, "Skip", "Step 4 of 6")
    await taps(stage, panel, "Skip", "Step 5 of 6")
    panel = await types(stage, panel, "petals", "Step 6 of 6")
    before = await stands(stage)
    assert (before["shop"], before["coin"]) == ("Silk room", "coins")
    await taps(stage, panel, "No card", "isn't saved yet")
    await taps(stage, panel, "Save", "All set")
    assert "/newcoupon" in panel.text
    assert await stands(stage) == {
        "language": "en",
        "timezone": "Asia/Seoul",
        "shop": "Silk & <b>",
        "persona": "Lumi",
        "coin": "petals",
        "morning": "off",
        "packets": "staff",
        "giveaway": "2000",
        "currency": "USD",
        "contact": "",
    }
    assert "petals" in (await stage.ask(stage.fan("Ana"), "/checkin")).text
    undone = await stage.owner.presses(panel, "Undo").answered(10)
    assert "Taken back" in undone.text
    assert (await stands(stage))["coin"] == "coins"


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_the_panel_speaks_the_owners_language(play_sqlite: Play, language: str) -> None:
    """Each step, its buttons but the languages' own names, and the end."""
    stage = await play_sqlite(language=language)
    panel = await opens_setup(stage, stage.owner)
    for _ in range(6):
        assert speaks(panel.text, language)
        assert speaks(panel.buttons[-1].text, language)
        skip = next(one for one in data(panel) if ":skip:" in one)
        await taps(stage, panel, skip, "")
        await stage.settled()
    assert data(panel)[-1] == "setup:cancel"
    for press in ("setup:rooms", "setup:go:review", "setup:done"):
        await taps(stage, panel, press, "")
        await stage.all_sent()
        assert speaks(panel.text, language)
    assert [button.split(":")[-1] for button in data(panel)] == ["calm", "usual", "busy", "later"]
    assert all(speaks(button.text, language) for button in panel.buttons)


async def test_a_restart_in_the_middle(play: Play) -> None:
    """Half-filled, the dialogue goes on with a new process: by a tap, by typing, and by `/setup`."""
    stage = await play(language="en")
    panel = await opens_setup(stage, stage.owner)
    await taps(stage, panel, "English", "Step 2 of 6")
    await stage.stop()
    stage.start_again()
    await taps(stage, panel, "London", "Step 3 of 6")
    await stage.stop()
    stage.start_again()
    panel = await types(stage, panel, "Wool", "Step 4 of 6")
    await stage.stop()
    stage.start_again()
    panel = await types(stage, panel, "/setup", "Step 4 of 6")
    await taps(stage, panel, "Done", "All set")
    after = await stands(stage)
    assert (after["timezone"], after["shop"], after["persona"]) == ("Europe/London", "Wool", "Lumi")


NO_WORDS = (("x" * 65, "a little long"),)
STEPS = {
    "language": (("English please", "pick below"), ("7", "pick below")),
    "timezone": (
        ("Atlantis", "don't know that place"),
        ("x" * 4000, "don't know"),
    ),
    "shop": NO_WORDS,
    "persona": (("x" * 33, "32 characters"),),
    "coin": (("x" * 17, "16 characters"),),
    "giveaway": (("plenty", "a whole number"), ("-1", "a whole number"), ("9" * 9, "1,000,000 at most")),
    "contact": (("?", "a way to reach you"), ("x" * 65, "64 characters at most")),
    "morning": (("25:00", "time of day"), ("9:75", "time of day"), ("later", "time of day")),
}


@pytest.mark.parametrize("step", STEPS)
async def test_bad_input_at_every_step(play_sqlite: Play, step: str) -> None:
    """What the step doesn't want gets one kind sentence, the step stays, and nothing is filled in."""
    stage = await play_sqlite(language="en")
    panel = await opens_setup(stage, stage.owner)
    await taps(stage, panel, "Done", "ready")
    panel = await types_setup(stage)
    panel = await types(stage, panel, "hello?", "pick below")
    await taps(stage, panel, f"setup:go:{step}", "Now:")
    question = panel.text
    for text, sentence in STEPS[step]:
        panel = await types(stage, panel, text, sentence)
        assert question in panel.text
    picture = Document("a.png", b"not a text", "image/png")
    panel = await types(stage, panel, "", question, document=picture)
    await taps(stage, panel, "Back", "How the shop is set up")
    assert "isn't saved" not in panel.text


async def types_setup(stage: Stage) -> Message:
    """The owner writes `/setup` in private."""
    said = stage.owner.says(stage.bot, "/setup")
    return await stage.owner.waits_for(stage.bot, lambda m: "How the shop" in m.text, timeout=10, after=said)


async def test_a_time_zone_by_typing(play_sqlite: Play) -> None:
    """A city in any of the languages is taken; a country with several zones offers them; hours as people type them."""
    stage = await play_sqlite(language="en")
    panel = await opens_setup(stage, stage.owner)
    await taps(stage, panel, "Skip", "Step 2 of 6")
    panel = await types(stage, panel, "usa", "Step 2 of 6")
    assert {"New York", "Chicago", "Los Angeles"} <= {button.text for button in panel.buttons}
    await taps(stage, panel, "Chicago", "Step 3 of 6")
    for text, kept in (("杭州", "Shanghai"), ("東京", "Tokyo"), ("Asia/Seoul", "Seoul"), ("são paulo", "Sao Paulo")):
        await taps(stage, panel, "Back", "Step 2 of 6")
        panel = await types(stage, panel, text, "Step 3 of 6")
        await taps(stage, panel, "Back", f"Now: {kept}")
        await taps(stage, panel, "Skip", "Step 3 of 6")
    for _ in range(3):
        await taps(stage, panel, "Skip", "Step")
        await stage.settled()
    panel = await types(stage, panel, "９：３０", "Morning card: 09:30")


async def test_words_that_mean_something_elsewhere(play_sqlite: Play) -> None:
    """While a question is open a plain word answers it; a command does what it always does."""
    stage = await play_sqlite(language="en")
    panel = await opens_setup(stage, stage.owner)
    for _ in range(4):
        await stage.owner.presses(panel, "Skip").answered(10)
        await stage.all_sent()
    assert "Step 5 of 6" in panel.text
    said = stage.owner.says(stage.bot, "/me")
    await stage.owner.waits_for(stage.bot, lambda m: "here's your card" in m.text, timeout=10, after=said)
    panel = await types(stage, panel, "출석", "Step 6 of 6")
    await taps(stage, panel, "Done", "All set")
    assert (await stands(stage))["coin"] == "출석"
    # Closed: the word checks in again.
    said = stage.owner.says(stage.bot, "출석")
    await stage.owner.waits_for(stage.bot, lambda m: "+5" in m.text, timeout=10, after=said)


async def test_leaving(play_sqlite: Play) -> None:
    """`/cancel` and the button leave without saving, and say so; there's nothing to leave twice."""
    stage = await play_sqlite(language="en")
    panel = await opens_setup(stage, stage.owner)
    await taps(stage, panel, "中文", "Step 2 of 6")
    left = await types(stage, panel, "/cancel", "Left without saving")
    await taps(stage, left, "Open again", "Step 1 of 6")
    said = stage.owner.says(stage.bot, "/cancel")
    await stage.owner.waits_for(stage.bot, lambda m: "Closed." in m.text, timeout=10, after=said)
    said = stage.owner.says(stage.bot, "/cancel")
    await stage.owner.waits_for(stage.bot, lambda m: "Nothing is open" in m.text, timeout=10, after=said)
    assert (await stands(stage))["language"] == "en"


async def test_an_old_panel(play_sqlite: Play) -> None:
    """Only the last panel is turned; a press on one that was too old to be deleted says so."""
    stage = await play_sqlite(language="en")
    old = await opens_setup(stage, stage.owner)
    stage.telegram.clock.advance(49 * 3600.0)
    said = stage.owner.says(stage.bot, "/setup")
    new = await stage.owner.waits_for(stage.bot, lambda m: "Step 1" in m.text, timeout=10, after=said)
    assert not old.deleted
    assert "closed" in (await stage.owner.presses(old, "English").answered(10)).text
    await taps(stage, new, "Skip", "Step 2 of 6")
    await taps(stage, new, "Done", "ready")
    assert "closed" in (await stage.owner.presses(old, "English").answered(10)).text


async def test_who_may(play_sqlite: Play) -> None:
    """A fan and an operator follow the owner's link, press the owner's buttons and type the owner's lines in vain."""
    stage = await play_sqlite(language="en")
    panel = await opens_setup(stage, stage.owner)
    ana, jun = stage.fan("Ana"), stage.fan("Jun")
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    hello = await opens_setup(stage, ana)
    assert [button.text for button in hello.buttons] == ["✅ Check in", "📺 Next live", "🪪 My card"]
    refused = await opens_setup(stage, jun)
    assert "Only the owner" in refused.text
    for person, message in ((ana, hello), (jun, refused)):
        private = stage.telegram.private(stage.bot, person)
        for press in (*data(panel), "setup:set:shop:Mine", "setup:done", "setup:rooms", "setup:", "setup"):
            answer = await person.forges(private, message, press).answered(10)
            assert answer.text, press
            assert (await person.forges(stage.group, panel, press).answered(10)).text, press
    assert (await opens_setup(stage, ana, 99)).text
    shown = await stage.ask(jun, "/setup")
    assert "shop: Silk room" in shown.text
    assert shown.buttons == []
    said = jun.says(stage.bot, "/setup")
    await jun.waits_for(stage.bot, lambda m: "shop: Silk room" in m.text, timeout=10, after=said)
    assert "Only the owner" in (await stage.ask(jun, "/setup shop=Mine")).text
    assert (await stands(stage))["shop"] == "Silk room"
    assert await dialogues(stage) == [stage.owner.id]


async def dialogues(stage: Stage) -> list[int]:
    """Who has a dialogue open."""
    return await stage.app.db.read(lambda rx: [row.user_id for row in rx.query(Dialogue).all()])


async def test_forged_presses_of_the_owner(play_sqlite: Play) -> None:
    """What no button of ours says fills nothing in."""
    stage = await play_sqlite(language="en")
    panel = await opens_setup(stage, stage.owner)
    private = stage.telegram.private(stage.bot, stage.owner)
    for press in (
        "setup:set:language:fr",
        "setup:set:timezone:Mars/Olympus",
        "setup:set:morning:25:00",
        "setup:set:shop:Mine",
        "setup:set:owner_id:5",
        "setup:set",
        "setup:go:nowhere",
        "setup:skip:review",
        "setup:back:",
        "setup:nonsense",
    ):
        await stage.owner.forges(private, panel, press).answered(10)
    await stage.all_sent()
    assert "isn't saved" not in panel.text
    await taps(stage, panel, "Done", "stays as it is")


async def test_the_line_in_group_and_private(play_sqlite: Play) -> None:
    """`/setup` with values works in both, with undo; alone in the group it leads to private chat with one tap."""
    stage = await play_sqlite(language="en")
    shown = await stage.ask(stage.owner, "/setup")
    assert [button.url for button in shown.buttons] == ["https://t.me/encore_test_bot?start=setup_1"]
    done = await stage.ask(stage.owner, "/setup morning=off coin=petals")
    assert "Morning card: none" in done.text
    stage.owner.starts(stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    said = stage.owner.says(stage.bot, "/setup morning=7:30")
    done = await stage.owner.waits_for(stage.bot, lambda m: "Morning card: 07:30" in m.text, timeout=10, after=said)
    assert "Taken back" in (await stage.owner.presses(done, "Undo").answered(10)).text
    assert (await stands(stage))["morning"] == "off"
    assert "can't read" in (await stage.ask(stage.owner, "/setup morning=soon")).text


async def test_a_currency(play_sqlite: Play) -> None:
    """Typed in one line by its code or its name, tapped or typed in the panel; nothing else is one."""
    stage = await play_sqlite(language="en")
    done = await stage.ask(stage.owner, "/setup currency=원")
    assert "Currency: South Korean Won" in done.text
    unknown = await stage.ask(stage.owner, "/setup currency=shells")
    assert "can't tell which currency shells is" in unknown.text
    assert "can't tell" in (await stage.ask(stage.owner, "/setup currency=$")).text
    panel = await opens_setup(stage, stage.owner)
    await taps(stage, panel, "Currency", "Which currency do you sell in?")
    panel = await types(stage, panel, "shells", "I don't know that currency")
    panel = await types(stage, panel, "eur", "Currency: Euro ✏️")
    await taps(stage, panel, "Currency", "Now: Euro")
    await taps(stage, panel, "Japanese Yen", "Currency: Japanese Yen ✏️")
    private = stage.telegram.private(stage.bot, stage.owner)
    await stage.owner.forges(private, panel, "setup:set:currency:XXX").answered(10)
    await taps(stage, panel, "Save", "ready")
    assert (await stands(stage))["currency"] == "JPY"


async def test_an_anonymous_owner(play_sqlite: Play) -> None:
    """In the group's name nobody is known to be the owner: how things are is shown, and the way to private chat."""
    stage = await play_sqlite(language="en")
    for text, heard in (("/setup", "How the shop is set up"), ("/setup coin=petals", "Open our private chat")):
        said = stage.owner.says_as_admin_anonymously(stage.group, text)
        answer = await stage.owner.waits_for(
            stage.group, lambda m: m.sender is stage.bot and m.reply_to is not None, timeout=10, after=said
        )
        assert heard in answer.text + "".join(button.text for button in answer.buttons)
    stage.owner.starts(stage.bot)
    await stage.settled()
    said = stage.owner.says(stage.bot, "/setup coin=petals")
    await stage.owner.waits_for(
        stage.bot, lambda m: "petals" in m.text and m.sender is stage.bot, timeout=10, after=said
    )


async def test_the_checklist(play_sqlite: Play) -> None:
    """Every room of the shop with what is missing, as Telegram says now; a room that is gone is named too."""
    stage = await play_sqlite(language="en")
    for title, rights in (("Wool room", None), ("Linen room", Rights(can_invite_users=True))):
        group = stage.telegram.add_group(title, creator=stage.owner)
        stage.owner.adds(stage.bot, group, rights)
    channel = stage.telegram.add_channel("Silk news", stage.owner)
    stage.owner.adds(stage.bot, channel, Rights(can_post_messages=False))
    await stage.settled()
    panel = await opens_setup(stage, stage.owner)
    await taps(stage, panel, "Done", "ready")
    panel = await types_setup(stage)
    assert "I'm missing something in 3 rooms" in panel.text
    await taps(stage, panel, "Groups and rights", "Why I ask")
    lines = {line.split(":")[0]: line for line in panel.text.splitlines()}
    assert "✅ Silk room" in lines
    assert "be an administrator" in lines["⚠️ Wool room"]
    assert "pin messages" in lines["⚠️ Linen room"]
    assert "invite users" not in lines["⚠️ Linen room"]
    assert "post messages" in lines["⚠️ Silk news (channel)"]
    stage.owner.promotes(stage.bot, channel, Rights(can_post_messages=True))
    await taps(stage, panel, "Look again", "✅ Silk news")
    await taps(stage, panel, "Wool room", "a shop of its own now")


async def test_the_owner_starts(play_sqlite: Play) -> None:
    """`/start` shows the owner the panel and the way to the set-up, above what fans see."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    hello = await stage.owner.waits_for(stage.bot, lambda m: "in the panel" in m.text, timeout=10)
    assert "Check in" in hello.buttons[2].text
    await taps(stage, hello, "Set up the shop", "Step 1 of 6")
