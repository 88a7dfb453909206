"""What the bot shows by itself is kept with its kind, class and reach; answers, whispers and edits aren't."""

from typing import Any

from bot.content.catalog import OUTCOMES
from bot.domains import DOMAINS
from bot.features.gifts.living_card import CARD as GIFT
from bot.features.raffles.facts import CARD as RAFFLE
from bot.rules.shown import CLASSES, ShownClass, class_of, file_kind
from bot.rules.wears import POST
from tests.bot.conftest import Play, Stage
from tests.bot.streams.test_streams import asks_to_be_reminded, live_card
from tests.features.scene import query


async def _shown(stage: Stage) -> list[tuple[Any, ...]]:
    return await query(stage.app.db, "SELECT kind, shown_class, message_id, active FROM shown ORDER BY id")


async def test_cards_and_notices_are_kept_with_their_reach(play: Play) -> None:
    """A drop's card counts as promotion, a stream's card as its start, the end as service; each names its message."""
    stage = await play()
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    for person in (ana, ben):
        await stage.ask(person, "/checkin")
    await stage.app.ear.write_down()
    card = await stage.drop()
    await stage.all_sent()
    await stage.ask(stage.owner, "/golive")
    live = await live_card(stage)
    await stage.ask(stage.owner, "/endlive")
    await stage.all_sent()
    rows = await _shown(stage)
    assert [row[:2] for row in rows] == [
        ("arrivals.Greeting", "service"),
        ("drop", "promotion"),
        ("stream", "stream_start"),
        ("streams.EndNotice", "service"),
    ]
    assert (rows[1][2], rows[2][2]) == (card.message_id, live.message_id)
    assert all(row[2] is not None for row in rows)
    assert [row[3] for row in rows] == [0, 2, 2, 2]
    subjects = await query(stage.app.db, "SELECT subject_id FROM shown WHERE kind = 'drop'")
    assert subjects == [(1,)]


async def test_private_messages_name_their_reader(play_sqlite: Play) -> None:
    """A reminder is asked for and has no reach; its answer before, and whispers, leave no row."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.ask(stage.owner, '/newstream title="Silk" at=+30m remind=10m')
    await asks_to_be_reminded(stage, ana)
    stage.telegram.clock.advance(21 * 60)
    reminder = await ana.waits_for(stage.bot, lambda m: "about to start" in m.text, timeout=10)
    await stage.all_sent()
    private = "SELECT kind, shown_class, active, chat_id FROM shown WHERE chat_id > 0"
    assert await query(stage.app.db, private) == [("reminders.Reminder", "asked_for", None, ana.id)]
    assert reminder.sender is stage.bot


async def test_every_kind_has_a_class(play_sqlite: Play) -> None:
    """Cards and files of all domains are listed, and what is listed is there; `tests/conftest.py` looks at outcomes."""
    stage = await play_sqlite()
    cards = {kind for domain in DOMAINS for kind in domain.cards} | {GIFT, RAFFLE}
    files = {file_kind(kind) for kind in stage.app.files}
    assert cards | files | {POST} == {kind for kind in CLASSES if kind not in OUTCOMES}
    assert class_of("never.Listed") is ShownClass.PROMOTION
