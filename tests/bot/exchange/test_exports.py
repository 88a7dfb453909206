"""`/export` as the owner meets it, and a round trip into an empty shop."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from bot.handlers.exchange import export_files
from bot.outside.spreadsheets import read_spreadsheet
from bot.rules.calendar import day_of
from bot.rules.sheets.text import read_text
from bot.rules.tags import Tagging, TagOrigin
from bot.rules.tiers import TierPolicy, score
from bot.store.engine.sessions import Rx, Tx
from bot.store.fan_tags import set_tag, tags_of
from bot.store.ledger import TransferHeader, pay
from bot.store.places import place_of
from bot.store.tables import Account, Activity, Member
from bot.store.tables.base import id_of
from bot.store.tiers import When, settle_some
from sandbox import Document, Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.files import taps
from tests.features.scene import query

Table = dict[str, list[str]]
FOLDER = Path(tempfile.gettempdir())


def left_over() -> list[Path]:
    """Files of exports that are still there."""
    return list(FOLDER.glob("encore-export-*"))


async def sent_file(stage: Stage, who: Person, after: Message) -> Message:
    """The file that comes to somebody's private chat."""
    return await who.waits_for(
        stage.bot, lambda m: m.file is not None and m.sender is stage.bot, timeout=20, after=after
    )


def table_of(message: Message) -> Table:
    """A file's cells by the names of its columns."""
    assert message.file is not None
    grid = read_spreadsheet(message.file.content) or read_text(message.file.content)
    assert grid is not None
    header, *rows = [list(line.cells) for line in grid.lines]
    return {name: [row[at] if at < len(row) else "" for row in rows] for at, name in enumerate(header)}


async def test_fans_as_a_workbook_and_as_csv(play: Play) -> None:
    """Both hold the same fans; a name that is a formula is harmless; it is in the audit log, and no file stays."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    for name in ("=1+1", "Ana"):
        stage.fan(name).says(stage.group, "/checkin")
    await stage.settled()
    tables = []
    for form in ("xlsx", "csv"):
        said = stage.owner.says(stage.bot, f"/export fans {form}")
        sent = await sent_file(stage, stage.owner, said)
        assert sent.file is not None
        assert sent.file.name.endswith(form)
        tables.append(table_of(sent))
    for table in tables:
        assert {"'=1+1", "Ana"} <= set(table["Name"])
        assert set(table["Coins"]) >= {"5"}
        assert set(table["Tier"]) == {"New"}
    assert tables[0]["Telegram ID"] == tables[1]["Telegram ID"]
    acts = await query(stage.app.db, "SELECT act, subject FROM audit_entry WHERE act = 'exported' ORDER BY id")
    assert acts == [("exported", "fans xlsx"), ("exported", "fans csv")]
    assert not left_over()


async def test_asked_in_the_group_it_comes_in_private(play: Play) -> None:
    """In the group one word is whispered, and the file goes to the owner alone, once they have started the bot."""
    stage = await play(language="en")
    said = stage.owner.says(stage.group, "/export orders csv")
    answer = await stage.whisper(stage.owner, after=said)
    assert "Open our chat" in answer.text
    stage.owner.starts(stage.bot)
    await stage.settled()
    said = stage.owner.says(stage.group, "/export orders csv")
    answer = await stage.whisper(stage.owner, after=said)
    assert "our private chat" in answer.text
    sent = await sent_file(stage, stage.owner, said)
    assert "Order number" in table_of(sent)


async def test_every_kind_by_buttons(play: Play) -> None:
    """Alone, the command offers each kind in both formats, and each comes."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    stage.fan("Ana").says(stage.group, "/checkin")
    await stage.settled()
    stage.owner.says(stage.bot, "/export")
    offer = await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and "What should I send" in m.text, timeout=10
    )
    assert len(offer.buttons) == 8
    for label, column in (("Coins · CSV", "Reason"), ("Posts · Excel", "Pillar"), ("Orders · Excel", "Order number")):
        press = stage.owner.presses(offer, label)
        await press.answered(10)

        def fits(m: Message, column: str = column) -> bool:
            return m.file is not None and m.sender is stage.bot and column in table_of(m)

        sent = await stage.owner.waits_for(stage.bot, fits, timeout=20)
        if column == "Reason":
            assert "check-in" in table_of(sent)["Reason"]


async def test_nobody_else_gets_it(play: Play) -> None:
    """An operator, a fan, and another shop's owner with this shop's button are refused."""
    stage = await play(language="en")
    helper = stage.fan("Helper")
    stage.owner.promotes(helper, stage.group, Rights(can_manage_chat=True))
    helper.starts(stage.bot)
    await stage.settled()
    for line in ("/export fans", "/export", "/import"):
        said = helper.says(stage.bot, line)
        answer = await helper.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)
        assert "owner" in answer.text.lower()
    assert not await query(stage.app.db, "SELECT 1 FROM export")


async def test_too_large_is_said(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that Telegram doesn't take isn't tried: how to get it smaller is said."""
    monkeypatch.setattr(export_files, "size_of", lambda _path: 60_000_000)
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    said = stage.owner.says(stage.bot, "/export fans csv")
    await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and "larger than Telegram takes" in m.text, timeout=15, after=said
    )
    assert not left_over()


async def test_a_filter_that_makes_no_sense_is_said(play: Play) -> None:
    """An unknown kind, a filter of what isn't fans, and a wrong filter each get one sentence, and no file."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    for line, part in (
        ("/export cats", "cats"),
        ('/export orders for="tier>=loyal"', "Only the list of fans can be filtered"),
        ('/export fans for="tier>=gold"', "gold"),
        ('/export fans for="tag=silk"', "silk"),
    ):
        said = stage.owner.says(stage.bot, line)
        answer = await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)
        assert part in answer.text
    assert not await query(stage.app.db, "SELECT 1 FROM export")


async def test_export_then_import_into_an_empty_shop(play: Play) -> None:
    """The same balances, tiers, scores, tags and dates, for who is there already and for who comes later."""
    stage = await play(language="ko", open=True)
    stage.owner.starts(stage.bot)
    ana, bo = stage.fan("Ana"), stage.fan("Bo")
    for who in (ana, bo):
        who.says(stage.group, "/checkin")
    await stage.settled()
    await stage.app.db.write(_make_history, ana.id, stage.app.clock.now())
    said = stage.owner.says(stage.bot, "/export fans xlsx")
    sent = await sent_file(stage, stage.owner, said)
    assert sent.file is not None

    other = stage.telegram.add_user("Other", language="ko")
    wool = stage.telegram.add_group("Wool room", creator=other)
    other.adds(stage.bot, wool, Rights.full())
    await stage.settled()
    ana.joins(wool)
    other.starts(stage.bot)
    await stage.settled()
    said = other.says(stage.bot, "/import", document=Document("fans.xlsx", sent.file.content, "application/xlsx"))
    preview = await other.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=15, after=said)
    taken = await taps(stage, other, preview, "이대로 옮기기")
    assert "옮겼어요" in taken.text
    bo.starts(stage.bot)
    bo.joins(wool)
    await bo.waits_for(stage.bot, lambda m: m.sender is stage.bot and "🎁" in m.text, timeout=15)
    first, second = await _holdings(stage, 1), await _holdings(stage, 2)
    assert first[ana.id] == second[ana.id]
    assert first[bo.id] == second[bo.id]
    assert first[ana.id][1] == "loyal"


def _make_history(tx: Tx, user_id: int, now: datetime) -> None:
    """A fan with much to lose: coins, a tier that they earned, a tag, and three years."""
    place = place_of(tx, 1)
    account = tx.execute(
        select(Account).join(Member, col(Account.member_id) == col(Member.id)).where(col(Member.user_id) == user_id)
    ).scalar_one()
    account_id, member_id = id_of(account), account.member_id
    assert member_id is not None
    header = TransferHeader(1, "test:history", "gift", now)
    pay(tx, header, member_account=account_id, shop=place.shop_account, amount=1234)
    today = day_of(now, place.timezone)
    tx.add(Activity(member_id=member_id, day=today - timedelta(days=7), kind="redeem", times=11))
    set_tag(tx, 1, member_id, Tagging("실크", TagOrigin.STAFF, 1), now)
    tx.execute(
        update(Member).where(col(Member.id) == member_id).values(joined_at=datetime(2023, 5, 1, 3, 4, 5, tzinfo=UTC))
    )
    settle_some(tx, place, [member_id], When(now, today, told=True), TierPolicy())


async def _holdings(stage: Stage, community_id: int) -> dict[int, tuple[object, ...]]:
    """By Telegram id: balance, tier, thousandths of its points, tags, and when they joined."""

    def read(session: Rx | Tx) -> dict[int, tuple[object, ...]]:
        place, now = place_of(session, community_id), stage.app.clock.now()
        today = day_of(now, place.timezone)
        found: dict[int, tuple[object, ...]] = {}
        members = session.execute(
            select(Member, col(Account.balance))
            .join(Account, col(Account.member_id) == col(Member.id))
            .where(col(Member.community_id) == community_id)
        ).all()
        settled = settle_some(session, place, [id_of(one) for one, _ in members], When(now, today), TierPolicy())
        for member, balance in members:
            one = settled[id_of(member)]
            points = score(one.sums, today) // 1000
            joined = member.joined_at if member.joined_at.year == 2023 else None
            found[member.user_id] = (balance, one.now.tier.value, points, tags_of(session, id_of(member)), joined)
        return found

    return await stage.app.db.read(read)
