"""Five weeks on a jumping clock: nobody is written to in quiet hours or too often, and a kill changes nothing.

The bot runs in a process of its own. The second run has the same seed and ten kills at random moments.
"""

import asyncio
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posts.slots import CalendarPolicy
from sandbox import Rights, Sandbox
from tests.bot.posts.weeks import SILENT_AFTER, START, WEEKS, ZONES, Weeks, zone_at

KILLS = 10
QUIET_FROM, QUIET_UNTIL = time(21), time(9)
NIGHT_FROM, NIGHT_UNTIL = time(21), time(8)


async def play(telegram: Sandbox, folder: Path, kills: int, in_all: int = WEEKS) -> Weeks:
    """Play so many weeks, with so many kills."""
    weeks = Weeks(telegram, folder, in_all)
    telegram.clock.set(START.timestamp())
    for habit in weeks.habits:
        habit.person.joins(weeks.home)
        habit.person.joins(weeks.second)
    await weeks.start()
    weeks.owner.adds(weeks.bot, weeks.home, Rights.full())
    await weeks.handled()
    await weeks.set_up()
    dice = random.Random(11)
    steps = list(weeks.steps())
    killed = set(dice.sample(range(len(steps)), kills))
    zones = list(ZONES[1:])
    for number, (at, deeds) in enumerate(steps):
        for deed in deeds:
            weeks.act(deed, silent=at - START > SILENT_AFTER)
        if zones and at >= zones[0][0]:
            await weeks.moves_to(zones.pop(0)[1])
        if number in killed:
            weeks.telegram.clock.set(at.timestamp())
            await asyncio.sleep(dice.uniform(0, 0.06))
            await weeks.kill()
        await weeks.jump(at)
        local = at.astimezone(zone_at(at))
        if local.weekday() == 3 and (local.hour, local.minute) == (12, 0):
            await weeks.drops_silk()
        await weeks.answer_questions()
        await weeks.heard()
    return weeks


async def test_five_weeks_twice(tmp_path: Path) -> None:
    """Bounds hold on every local day, skips have reasons, shares come out, and ten kills change no pick."""
    picks = []
    for name, kills in (("whole", 0), ("killed", KILLS)):
        folder = tmp_path / name
        folder.mkdir()
        async with Sandbox(start=START.timestamp()) as telegram:
            weeks = await play(telegram, folder, kills)
            check_messages(weeks)
            check_postings(weeks)
            check_shares(weeks)
            check_private(weeks)
            picks.append(weeks.rows("SELECT wall, slot_id, state, post_id FROM posting ORDER BY due_at, slot_id"))
            await weeks.stop()
    assert picks[0] == picks[1]


def instant(text: str) -> datetime:
    """An instant as SQLite keeps it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def check_messages(weeks: Weeks) -> None:
    """Of what nobody asked for a room hears six a day, three of promotion, 90 minutes apart, none in quiet hours."""
    rows = weeks.rows(
        "SELECT s.chat_id, s.at, s.shown_class, v.by_staff, v.counts, v.ruling, s.message_id "
        "FROM shown s JOIN verdict v ON v.id = s.verdict_id WHERE s.chat_id < 0 ORDER BY s.at"
    )
    assert len(rows) > weeks.weeks * 7
    days: dict[tuple[int, object], Counter[str]] = defaultdict(Counter)
    last: dict[int, datetime] = {}
    for chat_id, at_text, shown_class, by_staff, counts, ruling, _ in rows:
        assert ruling == "send"
        at = instant(at_text)
        local = at.astimezone(zone_at(at))
        if not counts or by_staff:
            continue
        assert QUIET_UNTIL <= local.time() < QUIET_FROM, (chat_id, local)
        days[chat_id, local.date()]["all"] += 1
        if shown_class == "promotion":
            days[chat_id, local.date()]["promotion"] += 1
            assert chat_id not in last or at - last[chat_id] >= timedelta(minutes=90), (chat_id, local)
            last[chat_id] = at
    assert all(count["all"] <= 6 and count["promotion"] <= 3 for count in days.values())
    for room in (weeks.home, weeks.second):
        known = {row[6] for row in rows if row[0] == room.id}
        said = {message.message_id for message in weeks.posts_in(room)}
        assert known <= said, "what was shown was said"
        assert len(known) == len([row for row in rows if row[0] == room.id]), "nothing twice"


def check_postings(weeks: Weeks) -> None:
    """Each slot has each of its times once; what wasn't posted says why."""
    rows = weeks.rows("SELECT slot_id, wall, state, reason, due_at FROM posting WHERE due_at <= ?", _text(weeks.now))
    assert {state for _, _, state, _, _ in rows} <= {"posted", "skipped", "expired"}
    assert all(reason for _, _, state, reason, _ in rows if state != "posted")
    assert len({(slot, wall) for slot, wall, *_ in rows}) == len(rows)
    expired = [wall for _, wall, state, _, _ in rows if state == "expired"]
    assert len(expired) <= 6, f"only the move to Sydney jumps over times: {expired}"
    posted = [row for row in rows if row[2] == "posted"]
    assert len(posted) >= weeks.weeks * 5


def check_shares(weeks: Weeks) -> None:
    """In the last 28 days each pillar was posted as often as its share says, within one post."""
    since = _text(weeks.now - CalendarPolicy().rest)
    counts = Counter(
        dict(
            weeks.rows(
                "SELECT pillar, count(*) FROM posting "
                "WHERE state = 'posted' AND pillar IS NOT NULL AND due_at > ? GROUP BY pillar",
                since,
            )
        )
    )
    whole = sum(counts[pillar] for pillar in SHARES_AT_FIRST)
    assert whole > 20
    for pillar, share in SHARES_AT_FIRST.items():
        assert abs(counts[pillar] - whole * share / 100) <= 1, (pillar, counts)


def check_private(weeks: Weeks) -> None:
    """Promotion in private went only to who had said yes by then, at most once a day and three times a week."""
    rows = weeks.rows(
        "SELECT v.chat_id, v.decided_at FROM verdict v WHERE v.chat_id > 0 AND v.ruling = 'send' "
        "AND v.shown_class = 'promotion' ORDER BY v.decided_at"
    )
    consents: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for user_id, at, said in weeks.rows(
        "SELECT m.user_id, c.at, c.said FROM consent c JOIN member m ON m.id = c.member_id ORDER BY c.at"
    ):
        consents[user_id].append((instant(at), said))
    told: dict[int, list[datetime]] = defaultdict(list)
    for user_id, at_text in rows:
        at = instant(at_text)
        said = [word for when, word in consents[user_id] if when <= at and word != "reminded"]
        assert said[-1:] == ["yes"], user_id
        local = at.astimezone(zone_at(at))
        if local.tzinfo is not None and str(local.tzinfo) == "Asia/Seoul":
            assert NIGHT_UNTIL <= local.time() < NIGHT_FROM
        told[user_id].append(at)
    assert told, "somebody got what they said yes to"
    for times in told.values():
        days = Counter(at.astimezone(zone_at(at)).date() for at in times)
        assert max(days.values()) == 1
        assert all(sum(day <= other < day + timedelta(days=7) for other in days) <= 3 for day in days)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
