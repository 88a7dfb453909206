"""Who may play, over HTTP: strangers, channel subscribers, the banned, who left unseen, and when Telegram is asked."""

import asyncio

from sandbox import Chat, Message, Person, Rights
from sandbox.chats import Member
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.packets.test_packets import is_packet, opens, tap
from tests.bot.raffles.test_raffles import drawn, opened
from tests.features.scene import query

MINUTE = 60.0
LOOK = "getChatMember"


def looks(stage: Stage, person: Person) -> int:
    """How often Telegram was asked about a person."""
    return sum(call.method == LOOK and int(call.params.get("user_id", 0)) == person.id for call in stage.telegram.calls)


async def members(stage: Stage) -> dict[str, str]:
    """Names of members, with what is stored of them."""
    sql = (
        "SELECT p.name, CASE WHEN m.banned_at IS NOT NULL THEN 'banned' WHEN m.left_at IS NOT NULL THEN 'left' "
        "ELSE 'in' END FROM member m JOIN person p USING (user_id)"
    )
    return dict(await query(stage.app.db, sql))


async def coins(stage: Stage, name: str) -> int:
    """A member's balance."""
    sql = (
        "SELECT a.balance FROM account a JOIN member m ON m.id = a.member_id JOIN person p USING (user_id) "
        "WHERE p.name = :name"
    )
    return int((await query(stage.app.db, sql, name=name))[0][0])


async def become(stage: Stage, expected: dict[str, str]) -> None:
    """Wait until members are stored so: an update that was fetched a moment ago may not be handled yet."""
    try:
        async with asyncio.timeout(10):
            while await members(stage) != expected:  # nothing tells of a commit
                await asyncio.sleep(0.05)
    except TimeoutError:
        assert await members(stage) == expected


async def in_private(stage: Stage, person: Person, text: str) -> Message:
    """Say something to the bot and wait for its answer."""
    chat = stage.telegram.private(stage.bot, person)
    said = person.says(chat, text) if chat.opened else person.starts(stage.bot)
    if said.text != text:
        await person.waits_for(chat, lambda m: m.sender is stage.bot, timeout=10, after=said)
        said = person.says(chat, text)
    return await person.waits_for(chat, lambda m: m.sender is stage.bot, timeout=10, after=said)


def vanishes(group: Chat, person: Person) -> None:
    """Somebody leaves, and no update tells of it."""
    del group.members[person.id]


async def public_room(stage: Stage) -> Chat:
    """A second room of the shop that has a public address."""
    room = stage.telegram.add_group("Silk street", stage.owner, username="silk_street")
    stage.owner.adds(stage.bot, room, Rights.full())
    await stage.owner.waits_for(room, lambda m: m.sender is stage.bot, timeout=10)
    await stage.settled()
    return room


async def second_room(stage: Stage, *, rights: Rights | None = Rights.full()) -> Chat:  # noqa: B008  # a frozen value
    """A second, private room of the shop."""
    room = stage.telegram.add_group("Silk lounge", stage.owner)
    stage.owner.adds(stage.bot, room, rights)
    await stage.owner.waits_for(room, lambda m: m.sender is stage.bot, timeout=10)
    await stage.settled()
    return room


async def test_a_stranger_who_wrote_start_wins_nothing(play: Play) -> None:
    """`/start` makes nobody a fan: a stranger is shown the way in, isn't on the raffle's list and becomes no member."""
    stage = await play(language="en")
    ana, eve = stage.fan("Ana"), stage.fan("Eve", member=False)
    card = await opened(stage, 'prize="Silk scarf" winners=2 closes=+30m')
    ana.presses(card, "enter")
    await stage.whisper(ana)
    shown = await in_private(stage, eve, "/start")
    assert "Where would you like to start?" in shown.text
    for text in ("/raffles", "/checkin", "/me", "/shop", "/top", "/gift", "/streams"):
        shown = await in_private(stage, eve, text)
        assert "fans in the group of Silk room" in shown.text, text
        assert [button.url is not None for button in shown.buttons] == [True]
    eve.forges(stage.telegram.private(stage.bot, eve), shown, card.buttons[0].callback_data or "")
    await stage.settled()
    proof = await drawn(stage, card)
    assert "Ana" in proof.text
    await become(stage, {"Ana": "in"})
    assert (await stage.books()).held_by_fans == 0


async def test_the_way_in_leads_in(play: Play) -> None:
    """The door that a stranger is shown opens; from then on the private chat works, though Telegram had said no."""
    stage = await play(language="en")
    eve = stage.fan("Eve", member=False)
    shown = await in_private(stage, eve, "/checkin")
    door = shown.buttons[0].url
    assert door is not None
    asked = looks(stage, eve)
    await in_private(stage, eve, "/me")
    assert looks(stage, eve) == asked
    eve.opens(door)
    await stage.whisper(eve)
    assert "+5 coins" in (await in_private(stage, eve, "/checkin")).text
    await become(stage, {"Eve": "in"})


async def test_everybodys_rights_stay_open(play: Play) -> None:
    """A stranger reads `/help` and `/privacy`, chooses a language, deletes their data: nothing makes a member."""
    stage = await play(language="en")
    eve = stage.fan("Eve", member=False)
    assert "what you can do" in (await in_private(stage, eve, "/help")).text
    notice = await in_private(stage, eve, "/privacy")
    settings = await in_private(stage, eve, "/settings")
    press = eve.taps(settings, "settings:language:zh")
    await press.answered()
    await stage.settled()
    assert "语言" in settings.text
    await eve.presses(notice, "delete").answered()
    await stage.settled()
    await become(stage, {})
    assert looks(stage, eve) == 0


async def test_who_is_in_is_asked_about_once(play: Play) -> None:
    """A member who never did anything begins in private: one question to Telegram, and none after it."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    assert "+5 coins" in (await in_private(stage, ana, "/checkin")).text
    assert looks(stage, ana) == 1
    for text in ("/me", "/top", "/coupons", "/checkin"):
        await in_private(stage, ana, text)
    assert looks(stage, ana) == 1


async def test_nobody_is_asked_about_who_acts_in_a_room(play: Play) -> None:
    """Commands, words, presses and what follows in private: for who acts in a private room nothing is looked up."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    card = await stage.ask(ana, "/me")
    await ana.presses(card, "check in").answered()
    await in_private(stage, ana, "/checkin")
    await in_private(stage, ana, "/shop")
    assert looks(stage, ana) == 0
    stage.telegram.clock.advance(MINUTE)
    await stage.all_sent()
    assert looks(stage, ana) == 0


async def test_the_banned_fans_check_in_in_private(play: Play) -> None:
    """Who was banned at home hears one kind sentence, in private as in another room, and wins nothing."""
    stage = await play(language="en")
    room = await second_room(stage)
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    room.members[ana.id] = Member(ana, "member")
    card = await opened(stage, 'prize="Silk scarf" winners=2 closes=+30m')
    for person in (ana, ben):
        person.presses(card, "enter")
        await stage.whisper(person)
    await stage.ask(ana, "/checkin")
    stage.owner.removes(ana, stage.group)
    await stage.settled()
    await become(stage, {"Ana": "banned", "Ben": "in"})
    asked = looks(stage, ana)
    assert "removed from the shop's main group" in (await in_private(stage, ana, "/checkin")).text
    said = ana.says(room, "/makeup")
    assert "removed from the shop's main group" in (await stage.whisper(ana, room, after=said)).text
    assert looks(stage, ana) == asked + 1
    proof = await drawn(stage, card)
    assert "Ben" in proof.text
    assert "Ana" not in proof.text
    assert (await stage.books()).held_by_fans == 5
    stage.owner.unbans(ana, stage.group)
    await stage.settled()
    ana.joins(stage.group)
    await stage.settled()
    stage.telegram.clock.advance(86_400)
    assert "You're in" in (await in_private(stage, ana, "/checkin")).text
    await become(stage, {"Ana": "in", "Ben": "in"})


async def test_a_ban_that_only_a_service_message_tells_of(play: Play) -> None:
    """Where the bot is no administrator, who is removed from home is asked about: it was a ban."""
    stage = await play(language="en", rights=None)
    room = await second_room(stage)
    ana = stage.fan("Ana")
    room.members[ana.id] = Member(ana, "member")
    ana.says(room, "/checkin")
    await stage.whisper(ana, room)
    stage.owner.removes(ana, stage.group)
    await stage.settled()
    await become(stage, {"Ana": "banned"})
    said = ana.says(room, "/makeup")
    assert "removed from the shop's main group" in (await stage.whisper(ana, room, after=said)).text


async def test_a_stranger_presses_in_a_public_room(play: Play) -> None:
    """They count as in until the whisper is refused; from then on they are shown the way in, until they join."""
    stage = await play(language="en")
    room = await public_room(stage)
    stage.owner.says(stage.group, '/newcoupon title="Silk scarf" stock=9 limit=3')
    card = await stage.owner.waits_for(room, is_card, timeout=10)
    eve = stage.fan("Eve", member=False)
    first = await eve.presses(card, "claim").answered()
    assert "Yours" in (first.text or "")
    await stage.settled()
    await become(stage, {"Eve": "left"})
    again = await eve.presses(card, "claim").answered()
    assert "for the fans in our group" in (again.text or "")
    await stage.settled()
    assert (await stage.books()).sound
    assert await query(stage.app.db, "SELECT count(*) FROM coupon") == [(1,)]
    stage.telegram.clock.advance(1)
    eve.joins(room)
    await stage.settled()
    await become(stage, {"Eve": "in"})
    assert "Yours" in ((await eve.presses(card, "claim").answered()).text or "")


async def test_the_background_look_finds_strangers(play: Play) -> None:
    """Who acts in a public room and isn't in it is found out without any whisper; who is in it is asked about once."""
    stage = await play(language="en")
    room = await public_room(stage)
    ana, eve = stage.fan("Ana", member=False), stage.fan("Eve", member=False)
    room.members[ana.id] = Member(ana, "member")
    stage.owner.says(stage.group, "/redpacket 100 5 rush")
    card = await stage.owner.waits_for(room, is_packet, timeout=10)
    for person in (ana, eve):
        assert "for you" in await tap(person, card)
    await become(stage, {"Ana": "in", "Eve": "in"})
    await stage.app.jobs.tick()
    await become(stage, {"Ana": "in", "Eve": "left"})
    asked = looks(stage, ana)
    stage.telegram.clock.advance(86_400)
    await stage.app.jobs.tick()
    assert looks(stage, ana) == asked


async def test_a_channels_subscriber_is_no_fan(play: Play) -> None:
    """A press under the channel's card: a subscriber is shown the way in, a fan of the group plays."""
    stage = await play(language="en")
    news = stage.telegram.add_channel("Silk news", stage.owner, username="silk_news")
    stage.owner.adds(stage.bot, news, Rights.full())
    await stage.settled()
    ana, eve = stage.fan("Ana"), stage.fan("Eve", member=False)
    for person in (ana, eve):
        person.joins(news)
    await stage.settled()
    stage.owner.says(stage.group, '/newstream title="Silk night" at=+1h')
    await stage.whisper(stage.owner)
    stage.owner.says(stage.group, "/golive")
    card = await stage.owner.waits_for(news, lambda m: bool(m.buttons), timeout=10)
    here = next(button.text for button in card.buttons if (button.callback_data or "").startswith("here:"))
    refused = await eve.presses(card, here).answered()
    assert "for the fans in our group" in (refused.text or "")
    came = await ana.presses(card, here).answered()
    assert "10 coins" in (came.text or "")
    await become(stage, {"Ana": "in"})


async def test_no_answer_of_telegrams(play: Play) -> None:
    """A look-up that fails says nothing: a member plays on, a stranger is asked to try again and becomes no member."""
    stage = await play(language="en")
    ana, eve, ben = stage.fan("Ana"), stage.fan("Eve", member=False), stage.fan("Ben")
    await stage.ask(ana, "/checkin")
    stage.telegram.faults.error(LOOK, times=None)
    assert "Checked in today" in (await in_private(stage, ana, "/me")).text
    for person in (eve, ben):
        assert "try again in a minute" in (await in_private(stage, person, "/checkin")).text
    await become(stage, {"Ana": "in"})
    stage.telegram.faults.clear()
    assert "+5 coins" in (await in_private(stage, ben, "/checkin")).text
    assert "fans in the group" in (await in_private(stage, eve, "/checkin")).text
    await become(stage, {"Ana": "in", "Ben": "in"})


async def test_a_closed_list_of_members(play: Play) -> None:
    """Where the bot may not look, who isn't known is shown how to become known: by a word in the group."""
    stage = await play(language="en", rights=None)
    stage.owner.hides_members(stage.group)
    ana = stage.fan("Ana")
    shown = await in_private(stage, ana, "/checkin")
    assert "fans in" in shown.text
    await become(stage, {})
    ana.says(stage.group, "/checkin")
    await stage.settled()
    await become(stage, {"Ana": "in"})
    assert "Already in today" in (await in_private(stage, ana, "/checkin")).text


async def test_winners_are_looked_up_before_the_draw(play: Play) -> None:
    """Who left unseen doesn't win a raffle, nor a share of a packet; about a loser nobody is asked."""
    stage = await play(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    card = await opened(stage, 'prize="Silk scarf" winners=2 closes=+30m')
    for person in (ana, ben):
        person.presses(card, "enter")
        await stage.whisper(person)
    vanishes(stage.group, ana)
    proof = await drawn(stage, card)
    assert "Ben" in proof.text
    await become(stage, {"Ana": "left", "Ben": "in"})
    eve = stage.fan("Eve")
    _, packet = await opens(stage, "100 3")
    for person in (ben, eve):
        assert "You're in" in await tap(person, packet)
    vanishes(stage.group, eve)
    stage.telegram.clock.advance(MINUTE + 4)
    await become(stage, {"Ana": "left", "Ben": "in", "Eve": "left"})
    async with asyncio.timeout(10):
        while await coins(stage, "Ben") == 0:  # nothing tells of a commit
            await asyncio.sleep(0.05)
    assert await coins(stage, "Eve") == 0
    assert (await stage.books()).sound


async def test_what_outsiders_hold_stays_theirs(play: Play) -> None:
    """Who has left still sees the coupon that they hold, and staff redeem it."""
    stage = await play(language="en")
    ana = stage.fan("Ana")
    card = await stage.drop()
    await ana.presses(card, "claim").answered()
    await stage.whisper(ana)
    await in_private(stage, ana, "/me")
    ana.leaves(stage.group)
    await stage.settled()
    mine = await in_private(stage, ana, "/coupons")
    (code,) = await query(stage.app.db, "SELECT code FROM coupon")
    assert code[0] in mine.text
    assert "fans in the group" in (await in_private(stage, ana, "/me")).text
    redeemed = await stage.ask(stage.owner, f"/redeem {code[0]}")
    assert "Ana" in redeemed.text


async def test_a_guessed_link_makes_nobody_a_member(play: Play) -> None:
    """`remind_1` is the way of *remind me*: an outsider may have guessed it, and doesn't hear which shop it is."""
    stage = await play(language="en")
    stage.owner.says(stage.group, '/newstream title="Silk night" at=+1h')
    await stage.whisper(stage.owner)
    eve = stage.fan("Eve", member=False)
    said = eve.starts(stage.bot, "remind_1")
    shown = await eve.waits_for(stage.telegram.private(stage.bot, eve), lambda m: m.sender is stage.bot, after=said)
    assert "Reminders go to people in the group" in shown.text
    assert not shown.buttons
    await become(stage, {})


async def test_staff_are_not_looked_up_as_fans(play: Play) -> None:
    """The owner opens a packet from private without being looked up as a fan."""
    stage = await play(language="en")
    await in_private(stage, stage.owner, "/redpacket 100 5")
    assert looks(stage, stage.owner) == 0


async def test_leaving_races_a_press(play: Play) -> None:
    """Many leave while they check in from private: whoever isn't in at the end stays out, and the books balance."""
    stage = await play(language="en")
    fans = [stage.fan(f"Fan {number}") for number in range(12)]
    await asyncio.gather(*(in_private(stage, person, "/me") for person in fans))
    for number, person in enumerate(fans):
        person.says(stage.telegram.private(stage.bot, person), "/checkin")
        if number % 2:
            stage.owner.removes(person, stage.group)
    await stage.settled()
    await become(stage, {f"Fan {number}": "banned" if number % 2 else "in" for number in range(12)})
    assert (await stage.books()).sound
