"""Final refusals: the next way, the owner's note, another try every five minutes, and what is said if it stays so."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.commands.doctor.machine import examine_machine
from bot.commands.doctor.telegram import examine_telegram
from bot.rules.doctor import rooms as doctor_rooms
from bot.rules.raffles.proofs import check_proof
from bot.rules.refusals import Refusal
from bot.running import App
from bot.store.tables import FanGroup, Outbox
from bot.store.tables.messages import OutboxState
from sandbox import Call, Chat, Message, Permissions, Sandbox
from tests.bot.big_shop import BigShop, at_work, big_shop
from tests.bot.conftest import Play, Stage, is_card, settings
from tests.bot.raffles.test_raffles import opened

SOON = timedelta(seconds=1)
AGAIN = 300.0
"""Seconds between two tries."""
CARD_AND_END = 2
"""Messages in a group after an evening."""
MUTED = Permissions(can_send_messages=False)
RIGHTS = "not enough rights to send text messages to the chat"
WORDS = (
    ("TOPIC_CLOSED", 400),
    ("CHAT_WRITE_FORBIDDEN", 400),
    ("CHAT_WRITE_FORBIDDEN", 403),
    ("CHAT_RESTRICTED", 400),
    (RIGHTS, 400),
    ("have no rights to send a message", 400),
    ("PEER_ID_INVALID", 400),
    ("chat not found", 400),
)
FORESEEN = (*(words for words, _ in WORDS), "rights to send documents", "message to edit not found", "can't be edited")


def foreseen(telegram: Sandbox) -> None:
    """Take what these tests let Telegram refuse out of the calls, which are looked through in the end."""
    telegram.calls[:] = [call for call in telegram.calls if not any(words in call.description for words in FORESEEN)]


def tries(telegram: Sandbox, chat: Chat) -> list[Call]:
    """Messages that were tried in a chat, whispers left out."""
    return [
        call
        for call in telegram.calls
        if call.method == "sendMessage"
        and call.params.get("chat_id") == chat.id
        and "ephemeral_message_parameters" not in call.params
    ]


def notes(shop: BigShop | Stage, words: str) -> list[Message]:
    """What the owner has in private that holds these words."""
    return [m for m in shop.owner.sees(shop.bot) if m.sender is shop.bot and words in m.text]


def spoken(shop: BigShop, chat: Chat) -> list[Message]:
    """What the bot has said in a chat."""
    return [m for m in shop.telegram.messages(chat) if m.sender is shop.bot]


async def reached(what: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.02)


async def rests(app: App, chat: Chat) -> None:
    """Wait until what a room refused waits for its next try: only then the clock may go on."""
    due = select(col(Outbox.due_at)).where(col(Outbox.chat_id) == chat.id, col(Outbox.state) == OutboxState.WAITING)
    async with asyncio.timeout(10):
        while True:
            at = await app.db.read(lambda session: session.execute(due).scalars().first())
            if at is not None and at > app.clock.now():
                return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("words", "code"), WORDS)
async def test_a_start_that_a_room_refuses(sqlite_url: str, words: str, code: int) -> None:
    """Others hear, the owner once with the room's name; it is tried every five minutes, and told when it can be."""
    async with big_shop(sqlite_url, 2) as shop:
        await shop.plans(SOON)
        room = shop.chats[1]
        refusing = shop.telegram.faults.refuse("sendMessage", words, code=code, chat=room, times=None)
        async with at_work(shop) as app:
            await reached(lambda: notes(shop, "Room 1") and shop.cards(shop.chats[0]) and shop.cards(shop.chats[2]))
            for number in (2, 3):
                await rests(app, room)
                shop.telegram.clock.advance(AGAIN)
                await reached(lambda number=number: len(tries(shop.telegram, room)) == number)  # type: ignore[misc]
            await rests(app, room)
            assert len(notes(shop, "Room 1")) == 1
            assert await app.communities.group(room.id) is not None
            refusing.times = 0
            shop.telegram.clock.advance(AGAIN)
            await shop.all_told(10)
            await shop.drained(app.db)
        assert shop.told() == dict.fromkeys(shop.told(), 1)
        assert len(notes(shop, "Room 1")) == 1
        foreseen(shop.telegram)


async def test_a_room_that_was_never_told(url: str) -> None:
    """When the start's time is over the owner hears that too, and the end isn't told where the start never was."""
    async with big_shop(url, 2) as shop:
        await shop.plans(SOON)
        room = shop.chats[1]
        refusing = shop.telegram.faults.refuse("sendMessage", "CHAT_WRITE_FORBIDDEN", chat=room, times=None)
        async with at_work(shop) as app:
            await reached(lambda: notes(shop, "Room 1") and shop.cards(shop.chats[0]) and shop.cards(shop.chats[2]))
            said = shop.owner.says(shop.bot, "/golive")
            await shop.owner.waits_for(shop.bot, lambda m: "is live" in m.text, timeout=10, after=said)
            for _ in range(13):
                shop.telegram.clock.advance(AGAIN)
                await asyncio.sleep(0.05)
                await shop.drained(app.db)
            await reached(lambda: notes(shop, "wasn't told that Silk night started"))
            refusing.times = 0
            said = shop.owner.says(shop.bot, "/endlive")
            await shop.owner.waits_for(shop.bot, lambda m: "Silk night is over" in m.text, timeout=10, after=said)
            await reached(lambda: len(spoken(shop, shop.chats[0])) == CARD_AND_END)
            await shop.drained(app.db)
        assert 12 <= len(tries(shop.telegram, room)) <= 14
        assert spoken(shop, room) == []
        assert len(notes(shop, "wasn't told")) == 1
        foreseen(shop.telegram)


async def test_golive_tells_what_could_not_be_told(sqlite_url: str) -> None:
    """A room that refuses isn't counted among those that hear; it is named, in /streams for the owner too."""
    async with big_shop(sqlite_url, 2) as shop:
        await shop.plans(SOON)
        room = shop.chats[1]
        refusing = shop.telegram.faults.refuse("sendMessage", RIGHTS, chat=room, times=None)
        async with at_work(shop) as app:
            await reached(lambda: notes(shop, "Room 1") and shop.cards(shop.chats[0]) and shop.cards(shop.chats[2]))
            said = shop.owner.says(shop.bot, "/golive")
            live = await shop.owner.waits_for(shop.bot, lambda m: "is live" in m.text, timeout=10, after=said)
            assert "changing the card in 2 chats" in live.text
            assert "Not in Room 1" in live.text
            said = shop.owner.says(shop.bot, "/streams")
            listed = await shop.owner.waits_for(shop.bot, lambda m: "Coming up" in m.text, timeout=10, after=said)
            assert "Not in Room 1" in listed.text
            said = shop.owner.says(shop.bot, "/newstream title=Later at=+3h")
            planned = await shop.owner.waits_for(shop.bot, lambda m: "is planned" in m.text, timeout=10, after=said)
            assert "announce the start in 2 chats" in planned.text
            assert "Not in Room 1" in planned.text
            refusing.times = 0
            shop.telegram.clock.advance(AGAIN)
            await shop.all_told(10)
            await shop.drained(app.db)
            said = shop.owner.says(shop.bot, "/streams")
            listed = await shop.owner.waits_for(shop.bot, lambda m: "Coming up" in m.text, timeout=10, after=said)
            assert "Not in" not in listed.text
        foreseen(shop.telegram)


async def test_a_group_where_nobody_may_write(play: Play) -> None:
    """Telegram's own rights: a drop isn't claimed to hang, /coupon, /admin and doctor say why, and then it hangs."""
    stage = await play(rights=None, language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    stage.owner.sets_permissions(stage.group, MUTED)
    first = await private(stage, "/newcoupon title=Hat stock=5")
    assert "going to 1 group" in first.text  # nobody knows yet
    note = await stage.owner.waits_for(stage.bot, lambda m: "not allowed to write" in m.text, timeout=10, after=first)
    assert "Silk room" in note.text
    second = await private(stage, "/newcoupon title=Scarf stock=5")
    assert "Its card is going" not in second.text
    assert "Not in Silk room" in second.text
    assert "Not in Silk room" in (await private(stage, "/coupon 1")).text
    assert "not allowed to write" in (await private(stage, "/admin")).text
    at_home, chats = await examine_machine(settings(stage.url, stage.telegram))
    seen = await examine_telegram(settings(stage.url, stage.telegram), chats, lambda: datetime.now(UTC))  # noqa: TID251
    assert doctor_rooms.RoomRefuses("Silk room", Refusal.MUTED) in at_home
    assert doctor_rooms.CannotWrite("Silk room", alone=False) in seen
    stage.owner.sets_permissions(stage.group, Permissions())
    stage.telegram.clock.advance(AGAIN)
    await reached(lambda: sum(is_card(m) for m in stage.telegram.messages(stage.group)) == 2)
    await stage.all_sent()
    assert "Not in" not in (await private(stage, "/coupon 1")).text
    assert "not allowed" not in (await private(stage, "/admin")).text
    at_home, _ = await examine_machine(settings(stage.url, stage.telegram))
    assert doctor_rooms.RoomRefuses("Silk room", Refusal.MUTED) not in at_home
    assert len(notes(stage, "I try again every 5 minutes")) == 1
    foreseen(stage.telegram)


async def private(stage: Stage, text: str) -> Message:
    """What the bot answers the owner in private."""
    said = stage.owner.says(stage.bot, text)
    answer = await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)
    await stage.settled()
    return answer


async def test_a_drop_that_hung_nowhere_for_a_day(play_sqlite: Play) -> None:
    """A drop without an end is tried for a day; then the owner hears that the room never had it."""
    stage = await play_sqlite(rights=None, language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    stage.owner.sets_permissions(stage.group, MUTED)
    first = await private(stage, "/newcoupon title=Hat stock=5")
    await stage.owner.waits_for(stage.bot, lambda m: "not allowed to write" in m.text, timeout=10, after=first)
    stage.telegram.clock.advance(23 * 3600)
    await stage.all_sent()
    assert notes(stage, "never reached") == []
    stage.telegram.clock.advance(3600 + AGAIN)
    await reached(lambda: notes(stage, "The drop Hat never reached Silk room"))
    foreseen(stage.telegram)


async def test_a_restricted_bot_in_doctor(play_sqlite: Play) -> None:
    """A bot that is restricted alone is told apart from a group that lets nobody write."""
    stage = await play_sqlite(rights=None)
    stage.owner.restricts(stage.bot, stage.group, MUTED)
    await stage.settled()
    _, chats = await examine_machine(settings(stage.url, stage.telegram))
    seen = await examine_telegram(settings(stage.url, stage.telegram), chats, lambda: datetime.now(UTC))  # noqa: TID251
    assert doctor_rooms.CannotWrite("Silk room", alone=True) in seen


async def test_a_proof_where_files_are_not_taken(play: Play) -> None:
    """The group reads the result and where the proof is, the owner hears once, and staff get the file in private."""
    stage = await play(rights=None, language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    stage.owner.restricts(stage.bot, stage.group, Permissions(can_send_documents=False))
    card = await opened(stage, 'prize="Silk scarf" closes=+30m beacon=no')
    ana = stage.fan("Ana")
    await ana.presses(card, "enter").answered()
    assert "isn't drawn yet" in (await private(stage, "/raffle 1 proof")).text
    await drawn_in_words(stage)
    note = await stage.owner.waits_for(stage.bot, lambda m: "send files" in m.text, timeout=10)
    assert "Silk room" in note.text
    assert "/raffle 1 proof" in (await private(stage, "/raffle 1")).text
    said = stage.owner.says(stage.bot, "/raffle 1 proof")
    proof = await stage.owner.waits_for(stage.bot, lambda m: m.file is not None, timeout=10, after=said)
    assert proof.file is not None
    assert check_proof(proof.file.content.decode()).faults == ()
    assert json.loads(proof.file.content)["prize"] == "Silk scarf"
    assert "Not in" not in (await private(stage, "/raffle 1")).text
    foreseen(stage.telegram)


async def drawn_in_words(stage: Stage) -> None:
    """The clock passes the close and the draw, whose result stands in the group without a file."""
    waiting = asyncio.create_task(
        stage.owner.waits_for(stage.group, lambda m: "can't post files here" in m.text, timeout=20)
    )
    for seconds in (1801, 11, 11):
        stage.telegram.clock.advance(seconds)
        await asyncio.sleep(0.5)
    assert "Drawn" in (await waiting).text


async def test_a_removal_that_a_refusal_tells(play_sqlite: Play) -> None:
    """Kicked without a word: the group counts as left, and the owner hears that nothing is told there any more."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    second = stage.telegram.add_group("Second room", creator=stage.owner)
    stage.owner.adds(stage.bot, second, None)
    await stage.settled()
    stage.owner.removes(stage.bot, second)
    stage.bot.queue.drop()
    await private(stage, "/newcoupon title=Hat stock=5")
    await reached(lambda: notes(stage, "I'm not in there any more"))
    await reached(lambda: any(is_card(m) for m in stage.telegram.messages(stage.group)))
    assert await stage.app.db.read(left, second.id)
    stage.owner.unbans(stage.bot, second)
    stage.owner.adds(stage.bot, second, None)
    await stage.settled()
    assert not await stage.app.db.read(left, second.id)
    stage.owner.removes(stage.bot, second)
    stage.bot.queue.drop()
    await private(stage, "/newcoupon title=Scarf stock=5")
    await reached(lambda: len(notes(stage, "I'm not in there any more")) == 2)


def left(session: Session, chat_id: int) -> bool:
    """Whether the database says that the bot isn't in a chat."""
    found = session.execute(select(col(FanGroup.left_at)).where(col(FanGroup.chat_id) == chat_id)).scalar_one()
    return found is not None


@pytest.mark.parametrize("code", [400, 403])
async def test_an_answer_that_a_muted_group_refuses(play_sqlite: Play, code: int) -> None:
    """A fan who can only be answered aloud isn't there: what they did counts, and the bot doesn't leave the group."""
    stage = await play_sqlite(rights=None, language="en")
    ana = stage.fan("Ana")
    refusing = stage.telegram.faults.refuse(
        "sendMessage", "CHAT_WRITE_FORBIDDEN", code=code, chat=stage.group, times=None
    )
    ana.says(stage.group, "/checkin")
    await reached(lambda: refused_in(stage))
    await stage.settled()
    assert not await stage.app.db.read(left, stage.group.id)
    refusing.times = 0
    said = ana.says(stage.group, "/checkin")
    again = await ana.waits_for(stage.group, lambda m: m.sender is stage.bot, timeout=10, after=said)
    assert "Already in today" in again.text
    foreseen(stage.telegram)


def refused_in(stage: Stage) -> list[Call]:
    """Calls that the group refused."""
    return [call for call in stage.telegram.calls if "CHAT_WRITE_FORBIDDEN" in call.description]


async def test_the_owner_blocked_the_bot(sqlite_url: str) -> None:
    """The note that can't be written to the owner is whispered to them in the home group, to nobody else."""
    async with big_shop(sqlite_url, 2) as shop:
        await shop.plans(SOON)
        shop.owner.blocks(shop.bot)
        shop.bot.queue.drop()
        shop.telegram.faults.refuse("sendMessage", RIGHTS, chat=shop.chats[1], times=None)
        async with at_work(shop):
            note = await shop.owner.waits_for(
                shop.chats[0], lambda m: m.only_for is shop.owner and "Room 1" in m.text, timeout=10
            )
            assert "not allowed to write" in note.text
        foreseen(shop.telegram)


async def test_a_card_that_was_deleted(url: str) -> None:
    """It hangs again at the next act on it, once; after the third time an administrator has their way."""
    async with big_shop(url, 1) as shop:
        await shop.plans(SOON)
        room = shop.chats[0]
        async with at_work(shop) as app:
            await shop.all_told(10)
            for number in range(3):
                (card,) = shop.cards(room)
                shop.owner.deletes(card)
                shop.owner.says(shop.bot, f"/golive word=silk{number}")
                await reached(lambda card=card: shop.cards(room) not in ([], [card]))  # type: ignore[misc]
                await shop.drained(app.db)
                assert len(shop.cards(room)) == 1
            shop.owner.deletes(shop.cards(room)[0])
            mark = len(shop.telegram.calls)
            shop.owner.says(shop.bot, "/golive word=moon")
            await reached(lambda: any("to edit not found" in call.description for call in shop.telegram.calls[mark:]))
            await asyncio.sleep(0.2)
            await shop.drained(app.db)
        assert shop.cards(room) == []
        assert len(shop.cards(shop.chats[1])) == 1
        foreseen(shop.telegram)


async def test_a_card_that_is_too_old_to_be_edited(sqlite_url: str) -> None:
    """Another takes its place, and the old one goes: one card is alive."""
    async with big_shop(sqlite_url, 1) as shop:
        await shop.plans(SOON)
        room = shop.chats[0]
        async with at_work(shop) as app:
            await shop.all_told(10)
            (old,) = shop.cards(room)
            shop.telegram.faults.refuse("editMessageText", "message can't be edited", chat=room)
            shop.owner.says(shop.bot, "/golive")
            await reached(lambda: shop.cards(room) not in ([], [old]) and len(shop.cards(room)) == 1)
            await shop.drained(app.db)
            assert "라방 켰어요" in shop.cards(room)[0].text
        foreseen(shop.telegram)


async def test_a_deleted_card_of_what_is_over(sqlite_url: str) -> None:
    """When the evening ends nothing is hung in the place of a card that somebody deleted."""
    async with big_shop(sqlite_url, 1) as shop:
        await shop.plans(SOON)
        room = shop.chats[0]
        async with at_work(shop) as app:
            await shop.all_told(10)
            shop.owner.deletes(shop.cards(room)[0])
            mark = len(shop.telegram.calls)
            shop.owner.says(shop.bot, "/endlive")
            await reached(lambda: any("to edit not found" in call.description for call in shop.telegram.calls[mark:]))
            await asyncio.sleep(0.2)
            await shop.drained(app.db)
        assert [m for m in shop.telegram.messages(room) if "I'm here" in m.text or m.buttons] == []
        foreseen(shop.telegram)
