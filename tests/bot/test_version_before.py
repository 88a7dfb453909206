"""A database of the version before: it starts, and what it promised is sent; see `version_before.py`.

What is looked at is looked at by raw SQL, and by what people see on the stand-in.
"""

import asyncio
import json
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.rules.raffles.proofs import check_proof
from sandbox import Message, Person
from tests.bot.reopened import UNDRAWN_PACKETS, UNFINISHED, Reopened, reopened, said_in
from tests.bot.staff.test_admin import taps, types
from tests.bot.version_before import WORLD, load, promised
from tests.features.scene import everything, query
from tests.postgres import Postgres

STORED = json.loads((Path(__file__).parents[1] / "data/stored_names.json").read_text(encoding="utf-8"))
STALE, OOPS, STAFF = "button's out of date", "Oops", "for the shop's staff"
MINUTE, HOUR, DAY = 60, 3600, 86_400

PROMISED = {
    "Silk room": (
        "Silk moved has a new start",
        "Silk off (",
        "Good morning",
        "Made\n5 of 5 left",
        "40 petals in 4 shares",
        "Made raffle",
        "Starting now: Silk start",
        "Waiting scarf: the list is fixed, 3 entries",
        "Hi Ivy, welcome",
        "Dan, here's your card",
        "Eve, here's your card",
        "Anonymous admins can't act here just now",
    ),
    "Silk lounge": ("Silk off (", "Good morning", "Made\n5 of 5 left", "Made raffle", "Starting now: Silk start"),
    "Silk news": ("Silk moved has a new start", "Silk off (", "Starting now: Silk start"),
    "Mina": ("Jun opened a red packet: 30/3",),
    "Ana": ("You won 🎉 Quick scarf", "Coming up: Silk noon"),
    "Ben": ("연락이 닿지 않아 가게에서", "A greeting: 챙겨 드렸어요", "라방 알림: Silk noon"),
    "Cho": ("开播提醒：Silk noon",),
    "Dan": ("A place came free and it's yours: you won 🎉 Old scarf", "Coming up: Silk noon"),
}
"""What had been promised and wasn't sent, by the chat or the person that hears it: a part of each message, once."""

SHOWN = (
    "We're live: Silk morning",
    "Silk silent is over",
    "had to cancel this one",
    "had to call this raffle off",
    "Old scarf\nDrawn from 4 entries",
    "Quick scarf\nDrawn from 2 entries",
    "90 petals in 3 shares\nAll gone",
)
"""What cards that hung in the home group show then."""

SENT = {
    ("post_card", False, "sent", None): 15,
    ("post_card", False, "expired", "over before it was posted"): 4,
    ("post_card", True, "expired", "over before it was posted"): 2,
    ("post_card", True, "waiting", "refused:muted"): 8,
    ("edit_card", False, "gone", None): 27,
    ("tell", False, "gone", None): 10,
    ("file", False, "sent", None): 4,
    ("file", True, "sent", None): 2,
    ("say", False, "sent", None): 7,
    ("say", True, "waiting", "refused:muted"): 2,
    ("delete", False, "gone", None): 1,
}
"""What became of the rows: the act, whether in the room that refuses words, state and reason, and how many.

Edits, deletions and what one person is told leave no row behind once they are done.
"""
KEPT = ("post_card", True, "waiting", "refused:muted")
TOO_MANY = ("post_card", True, "expired", "budget:too_late")
"""The morning card of the room that refuses words comes last or first, as rounds fall: it waits, or the day is full."""

SINCE = {
    "outbox_acts": {"show_tag", "take_tag", "edit_post", "pin_post", "share_post", "take_post_back"},
    "undoable": {
        *("persona.changed", "persona.pillars"),
        *("post.made", "post.changed", "post.deleted", "post.shelved", "post.unshelved"),
    },
    "presses": {"tier", "pillars", "post"},
    "openings": {"post"},
}
"""Stored names that the version before didn't have: tiers, and the shop's own posts."""

UNDONE = {
    "campaign.made": "#7 Made",
    "campaign.cancelled": "#8 Calm",
    "coupon.redeemed": "Silk scarf",
    "order.refunded": "A-1",
    "packet.opened": "40/4",
    "setup.changed": "coin",
    "stream.made": "#9 Silk made",
    "stream.delayed": "#6 Silk moved",
    "stream.cancelled": "#7 Silk off",
    "gift.made": "#3 Made gift",
    "gift.closed": "#2 Chain",
    "held.refused": "#1",
    "item.made": "#6 Made item",
    "item.closed": "#3 A song",
    "item.opened": "#5 A hat",
    "item.handed_over": "#2 A greeting",
    "raffle.made": "#9 Made raffle",
    "raffle.cancelled": "#10 Calm raffle",
    "hearts.cancelled": "#2 Silk morning",
    "hearts.made": "#2 Silk morning",
    "staff.denied": "#1",
    "staff.lifted": "#2",
    "room.topic": "Silk lounge",
}
"""One act of each kind that can be taken back: how the audit log calls its subject."""

TAPS = (
    ("Ana", "claim:1", "already used this one"),
    ("Ana", "claim:2", "already got it"),
    ("Ana", "claim:3", "took Gone back"),
    ("Ana", "coupons", "HAT20"),
    ("Gil", "checkin", "+5 petals"),
    ("Gil", "makeup", "nothing to make up right now"),
    ("Ana", "me", "petals"),
    ("Ana", "streams", "Silk evening"),
    ("Eve", "remind:5", "I'll remind you"),
    ("Ana", "unremind:5", "no more reminders"),
    ("Eve", "here:3", "You're here"),
    ("Eve", "heart:2", "4 to go"),
    ("Eve", "enter:8", "You're in"),
    ("Dan", "ticket:2", "called Ticket scarf off"),
    ("Ana", "raffles", "Open scarf"),
    ("Dan", "myentry:1", "you won"),
    ("Kay", "packet:1", "The shop takes a quick look first"),
    ("Ana", "packet:1", "You got"),
    ("Eve", "packet:2", "petals for you"),
    ("Ana", "packetcheck:4", "Seed"),
    ("Ana", "gift", "Which gift would you like to send"),
    ("Eve", "shelf", "Coin shop"),
    ("Eve", "buy:2", "A greeting for 5 petals"),
    ("Eve", "pay:2:5:1", "Noted"),
    ("Cho", "settings:hidden:on", "设置"),
    ("Dan", "privacy:keep", "everything stays as it was"),
    ("Mina", "held:release:2", "Kay gets"),
    ("Mina", "handover:1", "Done ✅ A greeting · Ana"),
    ("Mina", "refund:4", "Refunded"),
    ("Mina", "redeem:4", "Marked as used ✅ Hat"),
    ("Mina", "onair:9", "Silk start is live"),
    ("Mina", "later:5:15", "Silk noon now starts"),
    ("Mina", "calloff:5", "is off"),
    ("Mina", "staff:1:add:7000000011", "on your staff again"),
    ("Mina", "admin:1:s:coupons", "Silk scarf"),
    ("Mina", "setup:go:coin", "petals"),
    ("Mina", "shop:1", "Silk Live"),
    ("Mina", "undo:61", "Taken back"),
    ("Mina", "general:-1002100000002", "General"),
    ("Mina", "home:-1002100000002", "The home group stays as it is"),
    ("Mina", "part:-1002100000005", "a shop of its own now"),
    ("Mina", "leave:-1002100000003", "I've left Silk news"),
    ("Mina", "whose:1:-1002100000004", "part of Silk Live"),
)
"""Who taps what data on a message that hung before, and a part of what they read then."""


AGAIN = {
    "claim by Ana": "Yours 🎁 Silk scarf",
    "here by Ana": "+15 petals",
    "entry of Ana": "Your number is #1",
    "rush tap of Dan": "petals for you",
    "purchase of Ana": "Noted ✅ A greeting",
    "packet tap of Ana": "number 1",
    "check-in of Ana": "7 days running",
    "drop Made": "Drop 7 is set ✅ Made",
}
"""Updates that were handled before, and a part of what was answered to each."""

MADE = (
    *("coupon", "check_in", "attendance", "purchase", "packet_take", "raffle_entry", "campaign"),
    *("card", "audit_entry", "transfer", "account"),
)
"""Tables in which these updates have made rows, and may make no second ones."""

NOT_REMINDED = (
    "SELECT s.id FROM stream s WHERE s.title = 'Silk evening' AND NOT EXISTS (SELECT 1 FROM reminder_round r "
    "JOIN airing a ON a.id = r.airing_id WHERE a.stream_id = s.id AND r.done_at IS NOT NULL)"
)
"""The evening's first round of reminders, ten hours before it, as long as it isn't told to everybody."""

PRIVATE = frozenset(
    {"privacy", "admin", "setup", "onair", "later", "calloff", "shop", "home", "part", "leave", "whose"}
)
"""Kinds of buttons that hung in private chats."""


@pytest.fixture
async def old_url(request: pytest.FixtureRequest, tmp_path: Path, url: str) -> str:
    """A database that the version before left, on each kind, brought up to date."""
    if url.startswith("sqlite"):
        (tmp_path / "before").mkdir()
        old = f"sqlite:///{tmp_path}/before/encore.db"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        old = server.create(f"before_{make_url(url).database}")
    await load(old, tmp_path)
    return old


async def test_what_was_promised_is_sent(old_url: str) -> None:
    """Posts, edits, words for rooms and for people, files, a deletion and a leaving leave once, with their words."""
    due = promised()
    async with reopened(old_url) as stage:
        await stage.due_is_sent()
        for name, parts in PROMISED.items():
            heard = [m.text for m in said_in(stage, name)]
            assert {part: sum(part in one for one in heard) for part in parts} == dict.fromkeys(parts, 1), name
        proofs = [m.file.content.decode() for m in said_in(stage, "Silk room") if m.file is not None]
        assert {check_proof(proof).faults for proof in proofs} == {()}
        await stage.passes(MINUTE)
        await stage.until_none(UNDRAWN_PACKETS)
        await stage.passes(10)
        shown = [m.text for m in stage.group.messages if m.edit_date is not None]
        assert [part for part in SHOWN if not any(part in one for one in shown)] == []
        rows = {row[0]: row[1:] for row in await query(stage.app.db, "SELECT id, state, problem FROM outbox")}
        quiet = stage.chats["Quiet room"].id
        came = Counter((act, chat_id == quiet, *rows.get(number, ("gone", None))) for number, act, chat_id, _ in due)
        late = came.pop(TOO_MANY, 0)
        assert late <= 1
        came[KEPT] += late
        assert came == SENT
        (taken_away,) = (facts["message_id"] for _, act, _, facts in due if act == "delete")
        assert stage.group.by_id[taken_away].deleted
        assert stage.chats["Annex"].has(stage.bot)
        await stage.passes(8 * DAY)
        assert not stage.chats["Annex"].has(stage.bot)
        assert {act for _, act, _, _ in due} | {"leave"} == _of_before("outbox_acts")


async def test_dialogues_go_on(old_url: str) -> None:
    """Half-filled forms of two operators and the owner's set-up take the next answer where they were."""
    async with reopened(old_url) as stage:
        await stage.due_is_sent()
        jun, lou, mina = (stage.people[name] for name in ("Jun", "Lou", "Mina"))
        shown_in = dict(await query(stage.app.db, "SELECT user_id, message_id FROM dialogue"))
        old = {who: who.chat_with(stage.bot).by_id[shown_in[who.id]] for who in (jun, lou, mina)}
        panel = await types(stage, jun, old[jun], "20", "Half scarf")
        await taps(stage, jun, panel, "Put it up", "Where next?")
        await stage.owner.waits_for(stage.group, lambda m: "Half scarf" in m.text, timeout=10)
        panel = await types(stage, lou, old[lou], "45m", "Silk evening")
        await taps(stage, lou, panel, "Move the start", "Where next?")
        await stage.owner.waits_for(stage.group, lambda m: "Silk evening has a new start" in m.text, timeout=10)
        await taps(stage, mina, old[mina], "Coins", "petals")
        panel = await types(stage, mina, old[mina], "pearls", "pearls")
        await taps(stage, mina, panel, "Save", "pearls")
        assert await query(stage.app.db, "SELECT coin FROM community") == [("pearls",)]


async def test_each_kind_of_act_is_taken_back(old_url: str) -> None:
    """What staff did in the version before is undone by its number, a kind at a time."""
    async with reopened(old_url) as stage:
        await stage.due_is_sent()
        under = hung(stage)
        for act, subject in reversed(UNDONE.items()):
            rows = await query(
                stage.app.db, "SELECT id, subject FROM audit_entry WHERE act = :act ORDER BY id DESC", act=act
            )
            number = next(row[0] for row in rows if row[1].startswith(subject))
            answer = await stage.owner.forges(stage.group, under, f"undo:{number}").answered(10)
            assert "Taken back" in answer.text, (act, answer.text)
        await stage.settled()
        undone = await query(stage.app.db, "SELECT DISTINCT act FROM audit_entry WHERE undone_at IS NOT NULL")
        assert {act for (act,) in undone} == _of_before("undoable")
        assert (await stage.books()).sound


async def test_an_update_that_comes_again(old_url: str) -> None:
    """What was answered before hears the same answer, out of the row that it made, and does nothing twice."""
    async with reopened(old_url) as stage:
        await stage.passes(2 * MINUTE)
        await stage.until_none(UNDRAWN_PACKETS)
        before = await everything(stage.app.db)
        assert stage.before is not None
        for what, part in AGAIN.items():
            seen = stage.telegram.world.next_seq()
            person, press = stage.before.comes_again(what)
            read = (await press.answered(10)).text if press is not None else ""
            await stage.settled()
            whispers = [m.text for m in stage.group.messages if m.only_for is person and m.seq > seen]
            assert part in "\n".join([read, *whispers]), what
        after = await everything(stage.app.db)
        assert {table: len(after[table]) for table in MADE} == {table: len(before[table]) for table in MADE}


async def test_old_buttons_still_do_what_they_say(old_url: str) -> None:
    """Each kind of button that hung is understood: none is out of date, none fails, none belongs to somebody else."""
    async with reopened(old_url) as stage:
        await stage.due_is_sent()
        heard = {}
        for name, data, part in TAPS:
            heard[data] = await tapped(stage, stage.people[name], data)
            assert part in heard[data], (data, heard[data])
            assert not any(refusal in heard[data] for refusal in (STALE, OOPS, STAFF)), (data, heard[data])
        assert {data.partition(":")[0] for data in heard} == _of_before("presses")
        assert STALE in await tapped(stage, stage.people["Ana"], "nonsense:1")


async def test_old_links_open(old_url: str) -> None:
    """Links of before lead where they led: panel, set-up, coupons, raffles, a reminder, a source, gifts."""
    async with reopened(old_url) as stage:
        await stage.due_is_sent()
        links = (
            ("Mina", "admin_1", "What shall we do?"),
            ("Mina", "setup_1", "How the shop is set up"),
            ("Ana", "coupons_1", "HAT20"),
            ("Ana", "raffles_1", "Open scarf"),
            ("Ana", "gift", "Which gift would you like to send?"),
            ("Eve", "remind_5", "I'll remind you"),
            ("Tom", f"src_{WORLD['source']}", "Pick a group"),
            ("Tom", f"g_{WORLD['gifts']['Ben']}", "Ben has something for you"),
        )
        for name, payload, part in links:
            person = stage.people[name]
            said = person.starts(stage.bot, payload)
            await person.waits_for(stage.bot, partial(says, part), timeout=10, after=said)
        assert {payload.partition("_")[0] for _, payload, _ in links} == _of_before("openings")


async def test_what_falls_due_later(old_url: str) -> None:
    """Raffles are drawn and proven, packets shared out or returned, reminders told, gifts given back."""
    async with reopened(old_url) as stage:
        await stage.passes(30, 30, MINUTE, 10 * MINUTE, HOUR)
        await stage.until_none(NOT_REMINDED)
        await stage.passes(6 * HOUR, 5 * HOUR)
        await stage.passes(DAY)
        async with asyncio.timeout(60):
            while await query(stage.app.db, UNFINISHED):
                await stage.passes(20)
        await stage.passes(2 * DAY)  # the day on which a card that nobody opened ends
        await stage.until_none("SELECT id FROM gift WHERE id = 3 AND state = 'open'")
        db = stage.app.db
        raffles = await query(db, "SELECT prize FROM raffle WHERE state <> 'cancelled'")
        proven = {
            json.loads(m.file.content)["prize"]: m.file.content.decode()
            for m in said_in(stage, "Silk room")
            if m.file is not None
        }
        assert set(proven) == {prize for (prize,) in raffles}
        assert {prize: check_proof(proof).faults for prize, proof in proven.items()} == dict.fromkeys(proven, ())
        assert await query(db, "SELECT state FROM gift WHERE token = :token", token=WORLD["gifts"]["Hal"]) == [
            ("returned",)
        ]
        for name, word in (
            ("Ana", "Coming up: Silk evening"),
            ("Ben", "라방 알림: Silk evening"),
            ("Cho", "开播提醒：Silk evening"),
        ):
            assert any(word in m.text for m in said_in(stage, name)), name
        assert (await stage.books()).sound


def says(part: str, message: Message) -> bool:
    """Whether these words stand in a message."""
    return part in message.text


def hung(stage: Reopened) -> Message:
    """A message with buttons that hung before."""
    return next(m for m in stage.group.messages if m.keyboard_bot is stage.bot and m.at < WORLD["at"])


async def tapped(stage: Reopened, person: Person, data: str) -> str:
    """Tap a button of before where it hung, in private for what is private; all that the person reads then."""
    private = data.partition(":")[0] in PRIVATE
    chat = person.chat_with(stage.bot) if private else stage.group
    under = next((m for m in reversed(chat.messages) if any(b.callback_data == data for b in m.buttons)), None)
    if under is None:
        under = next(m for m in chat.messages if m.keyboard_bot is stage.bot or m.sender is stage.bot)
    seen = stage.telegram.world.next_seq()
    press = person.forges(chat, under, data)
    read = [(await press.answered(10)).text]
    await stage.settled()
    new = (
        m
        for m in chat.messages
        if max(m.seq, m.changed) > seen and m.visible_to(person) and (private or m.only_for is person)
    )
    return "\n".join([*read, *(m.text for m in new)])


def _of_before(kind: str) -> set[str]:
    """Stored names of a kind that the version before had."""
    return set(STORED[kind]) - SINCE[kind]
