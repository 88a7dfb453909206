"""Lines of a file of members: read, or refused with a reason."""

from datetime import UTC, datetime

import pytest

from bot.rules.exchange.cells import harmless
from bot.rules.exchange.lines import (
    BadLine,
    LineTrouble,
    MemberRows,
    MovePolicy,
    line_in_file,
    read_members,
    read_username,
    together,
)
from bot.rules.sheets.columns import understand
from bot.rules.sheets.sheet import Answers, AskColumn, AskDayOrder, Role, Sheet, SheetKind
from bot.rules.sheets.text import read_text
from bot.rules.tiers import Tier

NOW = datetime(2026, 11, 30, tzinfo=UTC)
POLICY = MovePolicy()


def understood(text: str) -> Sheet:
    """A file's rows; the test fails if something about it is asked."""
    grid = read_text(text.encode())
    assert grid is not None
    sheet = understand(grid, SheetKind.MEMBERS, Answers())
    assert isinstance(sheet, Sheet)
    return sheet


def read(text: str) -> MemberRows:
    """A file's lines."""
    rows = read_members(understood(text), "Asia/Seoul", NOW, Answers(), POLICY)
    assert isinstance(rows, MemberRows)
    return rows


@pytest.mark.parametrize(
    "header",
    [
        "id,username,name,points,joined,tags",
        "Telegram ID,Username,Name,Coins,Joined,Tags",
        "텔레그램 번호,사용자명,이름,코인,가입일,태그",
        "Telegram 账号 ID,用户名,名字,金币,加入日期,标签",
    ],
)
def test_our_own_shape_in_three_languages(header: str) -> None:
    """The documented columns are known by their names in each language."""
    one = read(f'{header}\n123,@Mina,Mina Kim,"1,240",2025-03-01,"silk, VIP"\n').lines[0]
    assert (one.user_id, one.username, one.name, one.points) == (123, "mina", "Mina Kim", 1240)
    assert one.joined == datetime(2025, 2, 28, 15, tzinfo=UTC)
    assert one.tags == ("silk", "VIP")


def test_phantombots_file() -> None:
    """PhantomBot's `exportpoints` writes Username, Seconds and Points; who has none of them brings nothing."""
    rows = read("Username,Seconds,Points\nmina_k,7200,1500\nbora,60,0\n")
    assert [(one.username, one.points) for one in rows.lines] == [("mina_k", 1500)]
    assert rows.empty == 1


def test_streamlabs_chatbots_file() -> None:
    """Streamlabs Chatbot writes Name, Rank, Points and Hours: the name is the login."""
    rows = read("Name,Rank,Points,Hours\nMina_K,Regular,1500,12.5\n")
    assert [(one.username, one.points) for one in rows.lines] == [("mina_k", 1500)]


@pytest.mark.parametrize(
    ("line", "trouble", "text"),
    [
        (",,Mina,5,,,,", LineTrouble.NOBODY, "Mina"),
        ("12x,,Mina,5,,,,", LineTrouble.BAD_ID, "12x"),
        ("0,,Mina,5,,,,", LineTrouble.BAD_ID, "0"),
        (f"{2**53},,Mina,5,,,,", LineTrouble.BAD_ID, str(2**53)),
        (",mi na,Mina,5,,,,", LineTrouble.BAD_USERNAME, "mi na"),
        ("7,,Mina,-5,,,,", LineTrouble.BAD_POINTS, "-5"),
        ("7,,Mina,1.5,,,,", LineTrouble.BAD_POINTS, "1.5"),
        ("7,,Mina,10000001,,,,", LineTrouble.MANY_POINTS, "10000001"),
        ("7,,Mina,5,2027-01-01,,,", LineTrouble.BAD_DATE, "2027-01-01"),
        ("7,,Mina,5,yesterday,,,", LineTrouble.BAD_DATE, "yesterday"),
        ("7,,Mina,5,,so! much,,", LineTrouble.BAD_TAG, "so! much"),
        ("7,,Mina,5,,,gold,", LineTrouble.BAD_TIER, "gold"),
        ("7,,Mina,5,,,,many", LineTrouble.BAD_SCORE, "many"),
    ],
)
def test_bad_lines_by_their_number(line: str, trouble: LineTrouble, text: str) -> None:
    """A line that can't be read is refused by its number with what stands there, and the others are taken."""
    rows = read(f"id,username,name,points,joined,tags,tier,tier points\n5,,Bo,1,,,,\n{line}\n6,,Cy,1,,,,\n")
    assert rows.bad == (BadLine(3, trouble, text),)
    assert [one.user_id for one in rows.lines] == [5, 6]


@pytest.mark.parametrize(
    ("second", "refused"),
    [("7,mina,5", True), (",mina,5", True), ("8,mina,5", False), (",bora,5", False)],
)
def test_the_same_person_twice_is_refused(second: str, *, refused: bool) -> None:
    """The second line for one id or one username alone is refused, with the first one's number."""
    rows = read(f"id,username,points\n7,mina,5\n{second}\n")
    assert rows.bad == ((BadLine(3, LineTrouble.TWICE, "2"),) if refused else ())


def test_several_files_are_one() -> None:
    """Lines of a second file get numbers of their own, and who stands in both is refused there."""
    rows = together([read("id,points\n7,5\n"), read("id,points\n7,5\n8,5\n")])
    assert [one.user_id for one in rows.lines] == [7, 8]
    assert [(line_in_file(one.line), one.trouble, one.text) for one in rows.bad] == [(2, LineTrouble.TWICE, "2")]
    assert len({one.line for one in rows.lines}) == 2


def test_tiers_and_their_points() -> None:
    """A tier is read in three languages; points of it are cut to thousandths, so that no tier rises by rounding."""
    rows = read("id,tier,tier points\n1,Loyal,119.9999\n2,찐팬,\n3,钻粉,0\n")
    assert [(one.tier, one.score) for one in rows.lines] == [(Tier.LOYAL, 119_999), (Tier.LOYAL, None), (Tier.LOYAL, 0)]


def test_dates_that_can_be_read_both_ways_are_asked_about() -> None:
    """`4/5/2025` is asked about, unless another date of the file shows the order."""
    open_ = understood("id,points,joined\n7,5,4/5/2025\n")
    assert isinstance(read_members(open_, "Asia/Seoul", NOW, Answers(), POLICY), AskDayOrder)
    known = read("id,points,joined\n7,5,4/5/2025\n8,5,25/4/2025\n")
    assert known.lines[0].joined == datetime(2025, 5, 3, 15, tzinfo=UTC)


def test_a_file_without_known_columns_is_asked_about() -> None:
    """Who is meant, and what they bring, is never guessed."""
    grid = read_text(b"who,how much\nmina,5\nbo,6\n")
    assert grid is not None
    asked = understand(grid, SheetKind.MEMBERS, Answers())
    assert isinstance(asked, AskColumn)
    assert asked.role is Role.USERNAME


@pytest.mark.parametrize(
    ("text", "username"),
    [("@Mina_K", "mina_k"), ("https://t.me/Mina_K", "mina_k"), ("t.me/mina/", "mina"), ("미나", None), ("mi-na", None)],
)
def test_usernames(text: str, username: str | None) -> None:
    """A username is read with or without @, or from its link."""
    assert read_username(text) == username


@pytest.mark.parametrize("text", ["=1+1", "+82", "-5", "@mina", "\t=1", "\r=1", "＝1"])
def test_no_text_is_a_formula(text: str) -> None:
    """A text that a spreadsheet could run begins with an apostrophe, which an import takes off again."""
    assert harmless(text) == f"'{text}"
    assert harmless("silk =1") == "silk =1"
