"""A fan who is staff too leaves every trace that there can be, and has their data deleted: nothing names them."""

import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from bot.rules.shop_codes import is_shop_code
from bot.store.tables import metadata
from sandbox import Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.files import csv, hands_in, takes_in, taps
from tests.bot.members.test_tiers import attended, wants_tag
from tests.bot.people.test_privacy import press, privacy
from tests.bot.people.test_sources import link_into, opens, payload_in
from tests.bot.streams.test_streams import live_card

HOUR = 3_600.0
NAME, USERNAME = "Anastasia Unmistakable", "ana_unmistakable"


def rows_with(database: Path, *traces: str) -> dict[str, list[str]]:
    """By table the columns in which one of these texts stands, in whatever case, in all tables that there are."""
    found: dict[str, set[str]] = {}
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert {table.name for table in metadata.sorted_tables} <= set(tables)
        for table in tables:
            for row in db.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  # names from the database itself
                for column in row.keys():  # noqa: SIM118  # a Row gives its values when it is iterated
                    written = plain(row[column])
                    if any(trace.casefold() in written for trace in traces):
                        found.setdefault(table, set()).add(column)
    return {table: sorted(columns) for table, columns in found.items()}


def plain(value: object) -> str:
    """A value as it reads, JSON's escapes undone."""
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    with suppress(ValueError):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return text.casefold()


async def comes(stage: Stage) -> Person:
    """She comes by a source's link, starts the bot, checks in, and wears her tier as a tag."""
    ana = stage.telegram.add_user(NAME, username=USERNAME, language="en")
    said = stage.owner.says(stage.group, "/source Poster")
    payload = payload_in((await stage.whisper(stage.owner, after=said)).text)
    door = await opens(stage, ana, payload)
    ana.joins(stage.group, link_into(stage.group, door))
    await stage.all_sent()
    ana.says(stage.group, "hello, all")
    await stage.ask(ana, "/checkin")
    await wants_tag(stage, ana)
    return ana


async def buys(stage: Stage, ana: Person, code: str) -> str:
    """Orders become hers by coupon, note, claim and hand; some claims stay open, are declined or are taken back."""
    said = ana.says(stage.group, "/me")
    card = await ana.waits_for(stage.group, lambda m: any(map(is_shop_code, m.text.split())), timeout=10, after=said)
    shop_code = next(word for word in card.text.split() if is_shop_code(word))
    for ref in ("M-1", "M-2", "M-3", "not-there"):
        await stage.ask(ana, f"/myorder {ref}")
    orders = csv(
        "order,code,value,time,note",
        f"C-1,{code},39000,2026-11-02 11:30,",
        f"N-1,,21000,2026-11-02 11:31,{NAME} {shop_code}",
        *(f"M-{nth},,5000,2026-11-02 11:32," for nth in (1, 2, 3)),
        "G-1,,5000,2026-11-02 11:33,",
        "G-2,,5000,2026-11-02 11:33,",
    )
    assert "7 orders taken" in (await takes_in(stage, "/redeem currency=KRW", orders)).text
    await presses_claim(stage, "yes")
    await presses_claim(stage, "no")
    for ref in ("G-1", "G-2"):
        await says(stage, f"/order {ref} @{USERNAME}", "now")
    await says(stage, "/undo", "Taken back")
    await says(stage, "/order C-1 refund", "again")
    await says(stage, "/order M-1", "Order M-1")
    return shop_code


async def says(stage: Stage, line: str, answer: str) -> None:
    """The owner writes a command in the group and is answered so."""
    said = stage.owner.says(stage.group, line)
    await stage.owner.waits_for(stage.group, lambda m: answer in m.text, timeout=10, after=said)


async def presses_claim(stage: Stage, decision: str) -> None:
    """The owner decides on the first claim of the list."""
    said = stage.owner.says(stage.group, "/orders")
    listed = await stage.owner.waits_for(stage.group, lambda m: "Whose orders" in m.text, timeout=10, after=said)
    data = next(one.callback_data for one in listed.buttons if f"orderclaim:{decision}" in (one.callback_data or ""))
    await stage.owner.taps(listed, data or "").answered(10)


async def serves(stage: Stage, ana: Person) -> None:
    """As an administrator she takes files in, leaves one asked about and an album without a command, and decides."""
    stage.owner.promotes(ana, stage.group, Rights())
    await stage.settled()
    before, stage.owner = stage.owner, ana
    try:
        preview = await hands_in(stage, '/newcoupon title="Hers"', csv("code", "HERS-1", "HERS-2"))
        await taps(stage, ana, preview, "Put it up")
        await hands_in(stage, "/redeem currency=KRW", csv("order,price", "P-1,5"))
        ana.posts_album(stage.group, csv("code", "ALBUM-1"), csv("code", "ALBUM-2"), as_files=True)
        await stage.settled()
        ben = stage.fan("Ben")
        await stage.ask(ben, "/myorder M-3")
        await presses_claim(stage, "yes")
    finally:
        stage.owner = before
    stage.owner.promotes(ana, stage.group, None)
    await stage.settled()


async def goes(stage: Stage, ana: Person) -> Message:
    """She has her data deleted; what the bot says then."""
    notice = await privacy(stage, ana)
    await press(stage, ana, notice, "privacy:delete")
    await press(stage, ana, notice, "privacy:yes")
    await stage.all_sent()
    return notice


async def test_nothing_names_who_was_deleted(play_sqlite: Play, sqlite_url: str) -> None:
    """In no column of any table their id, name, username or shop code stands, then and after the next morning."""
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    stage = await play_sqlite(language="en")
    stage.group.members[stage.bot.id].rights = replace(Rights.full(), can_manage_tags=True)
    stage.owner.starts(stage.bot)
    await stage.ask(stage.owner, '/newstream title="Silk night" at=+1h length=2h')
    ana = await comes(stage)
    card = await stage.drop()
    answer = await ana.presses(card, "claim").answered(10)
    code = next(word for word in answer.text.split() if "-" in word)
    shop_code = await buys(stage, ana, code)
    stage.telegram.clock.advance(HOUR)
    await (ana.presses(await live_card(stage), "here:")).answered(10)
    await attended(stage, ana, 60)
    await ana.waits_for(stage.group, lambda m: "made it to Core" in m.text, timeout=10)
    await serves(stage, ana)

    traces = (str(ana.id), "unmistakable", shop_code)
    known = rows_with(database, *traces)
    assert {"person", "member", "audit_entry", "file_import", "album_file"} <= set(known), known
    await goes(stage, ana)
    assert rows_with(database, *traces) == {}
    stage.telegram.clock.advance(23 * HOUR)
    await stage.all_sent()
    assert rows_with(database, *traces) == {}
    assert [m for m in stage.owner.sees(stage.bot) if "Unmistakable" in m.text and "💛" in m.text] == []
    books = await stage.books()
    assert books.sound
    assert books.sum_of_all == 0
