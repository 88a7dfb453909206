"""What fans choose for themselves, on both databases."""

from dataclasses import replace

from bot.features.people.board import MonthBoard
from bot.features.people.preferences import Preferences
from bot.rules.people.members import BoardLine, BoardPolicy
from bot.rules.people.preferences import Preference, PreferencesShown
from bot.rules.words import Language
from bot.store.engine.db import Database
from tests.features.scene import NOON, act_of, fan, give, query, shop


async def test_a_choice_is_kept(db: Database) -> None:
    """Each change leaves the others; `auto` gives the language back to Telegram."""
    place, preferences = await shop(db), Preferences(db)
    assert await preferences.shown(place, fan(1).user_id) == PreferencesShown(None, reminders=True, hidden=False)
    for wish, shown in (
        (Preference(language="en"), PreferencesShown(Language.EN, reminders=True, hidden=False)),
        (Preference(reminders=False), PreferencesShown(Language.EN, reminders=False, hidden=False)),
        (Preference(hidden=True), PreferencesShown(Language.EN, reminders=False, hidden=True)),
        (Preference(language="auto"), PreferencesShown(None, reminders=False, hidden=True)),
        (Preference(reminders=True), PreferencesShown(None, reminders=True, hidden=True)),
        (Preference(hidden=False), PreferencesShown(None, reminders=True, hidden=False)),
    ):
        expected = replace(shown, shop="Silk room")
        assert await preferences.change(act_of(place, fan(1), NOON), wish) == expected
        assert await preferences.shown(place, fan(1).user_id) == expected


async def test_the_language_is_the_persons_the_rest_the_shops(db: Database) -> None:
    """Another shop hears the same language and keeps its own reminders and board."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    for wish in (Preference(language="zh"), Preference(reminders=False), Preference(hidden=True)):
        await Preferences(db).change(act_of(here, fan(1), NOON), wish)
    shown = await Preferences(db).shown(there, fan(1).user_id)
    assert shown == PreferencesShown(Language.ZH, reminders=True, hidden=False)


async def test_the_board_leaves_out_who_is_hidden(db: Database) -> None:
    """Nobody sees a hidden fan, who takes no place; they themselves see where they would stand."""
    place, members = await shop(db), MonthBoard(db, BoardPolicy(places=2))
    for number in (1, 2, 3):
        await give(db, place, fan(number), 40 - 10 * number)
    await Preferences(db).change(act_of(place, fan(1), NOON), Preference(hidden=True))
    seen = await members.board(place, fan(3).user_id, NOON)
    assert seen.lines == (BoardLine(1, "Fan 2", 20), BoardLine(2, "Fan 3", 10, me=True))
    own = await members.board(place, fan(1).user_id, NOON)
    assert own.lines == (BoardLine(1, "Fan 1", 30, me=True), BoardLine(2, "Fan 2", 20))
    await Preferences(db).change(act_of(place, fan(3), NOON), Preference(hidden=True))
    last = await members.board(place, fan(3).user_id, NOON)
    assert (last.lines[0].name, last.lines[1]) == ("Fan 2", BoardLine(2, "Fan 3", 10, me=True))
    assert await query(db, "SELECT count(*) FROM member WHERE hidden") == [(2,)]
