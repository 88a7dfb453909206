"""What must be true of five weeks: by the messages that stood in the stand-in's rooms, and by the bot's rows."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posts.slots import CalendarPolicy
from sandbox import Message
from tests.bot.posts.weeks import Weeks
from tests.bot.posts.weeks_plan import zone_at

QUIET_FROM, QUIET_UNTIL = time(21), time(9)
NIGHT_FROM, NIGHT_UNTIL = time(21), time(8)
MOST, MOST_PROMOTIONAL, GAP = 6, 3, timedelta(minutes=90)
FAN_DAY, FAN_WEEK = 1, 3
A_WEEK = timedelta(days=7)
AROUND = timedelta(seconds=30)
"""How far the bot's rows may be from when the stand-in took a message."""
TWICE_WITHIN = timedelta(minutes=10)
"""The same words so soon after one another were sent twice."""


@dataclass(frozen=True)
class Told:
    """A message that nobody asked for, in a room or in private."""

    chat_id: int
    at: datetime
    """When the stand-in took it."""
    kind: str
    promotes: bool
    counts: bool
    by_staff: bool
    words: str

    @property
    def wall(self) -> datetime:
        """The same by the shop's clock."""
        return self.at.astimezone(zone_at(self.at))

    @property
    def day(self) -> date:
        """The shop's day."""
        return self.wall.date()


def words_of(message: Message) -> str:
    """What stands in a message, or what its poll asks."""
    return message.poll.question.plain if message.poll is not None else message.content.plain


def told(weeks: Weeks) -> list[Told]:
    """All that nobody asked for, in the order of time: each row of the bot stands in its chat, and only once."""
    rows = weeks.rows(
        "SELECT s.chat_id, s.message_id, s.at, s.kind, s.shown_class, v.counts, v.by_staff, v.ruling "
        "FROM shown s JOIN verdict v ON v.id = s.verdict_id ORDER BY s.id"
    )
    chats = {room.id: room for room in (weeks.home, weeks.second)}
    chats |= {one.id: weeks.telegram.private(weeks.bot, one) for one in (weeks.owner, *weeks.people)}
    found = []
    for chat_id, message_id, at, kind, shown_class, counts, by_staff, ruling in rows:
        assert ruling == "send", (kind, ruling)
        message = next(one for one in chats[chat_id].messages if one.message_id == message_id)
        when = datetime.fromtimestamp(message.at, UTC)
        assert abs(instant(at) - when) < AROUND, (kind, at, when)
        found.append(
            Told(chat_id, when, kind, shown_class == "promotion", bool(counts), bool(by_staff), words_of(message))
        )
    assert len({row[:2] for row in rows}) == len(rows), "a message stands for two promises"
    return sorted(found, key=lambda one: one.at)


def heard(weeks: Weeks) -> Counter[tuple[object, ...]]:
    """What was told on which day: the same in each run. Cards change as fans answer, so their words are left out."""
    return Counter((one.chat_id, one.day, one.kind, one.words if one.kind == "post" else "") for one in told(weeks))


def doubled(weeks: Weeks) -> list[tuple[datetime, str]]:
    """Messages of the bot whose words the same chat was told a moment before."""
    found = []
    for chat in (weeks.home, weeks.second, *(weeks.telegram.private(weeks.bot, one) for one in weeks.people)):
        last: dict[str, float] = {}
        for message in weeks.posts_in(chat):
            words = words_of(message)
            if message.at - last.get(words, 0) < TWICE_WITHIN.total_seconds():
                found.append((datetime.fromtimestamp(message.at, UTC), words[:60]))
            last[words] = message.at
    return found


def cut_by_kills(weeks: Weeks) -> set[tuple[datetime, str]]:
    """Of what was told twice one message for each kill that came between Telegram's taking it and the bot's mark."""
    kills = [at for at, under_way in weeks.story.kills.items() if "sending" in under_way]
    found = doubled(weeks)
    cut = {at: next((one for one in found if timedelta(0) < one[0] - at < TWICE_WITHIN), None) for at in kills}
    return {one for one in cut.values() if one is not None}


def check_rooms(weeks: Weeks) -> Counter[str]:
    """In no room and on no local day a bound is broken; how many messages there were of each kind."""
    heard = [one for one in told(weeks) if one.chat_id < 0]
    days: dict[tuple[int, date], Counter[bool]] = defaultdict(Counter)
    last: dict[int, datetime] = {}
    for one in heard:
        if not one.counts:
            continue
        assert one.by_staff or QUIET_UNTIL <= one.wall.time() < QUIET_FROM, one
        days[one.chat_id, one.day][one.promotes] += 1
        if one.promotes:
            near = one.chat_id in last and one.at - last[one.chat_id] < GAP
            assert one.by_staff or not near, one
            last[one.chat_id] = one.at
    assert all(count.total() <= MOST and count[True] <= MOST_PROMOTIONAL for count in days.values())
    assert len(heard) > weeks.days
    return Counter(one.kind for one in heard)


def check_private(weeks: Weeks) -> Counter[str]:
    """Promotion in private went only to who had said yes by then, once a day and three times a week, never at night."""
    heard = [one for one in told(weeks) if one.chat_id > 0]
    consents: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for user_id, at, said in weeks.rows(
        "SELECT m.user_id, c.at, c.said FROM consent c JOIN member m ON m.id = c.member_id ORDER BY c.at, c.id"
    ):
        consents[user_id].append((instant(at), said))
    days: dict[int, Counter[date]] = defaultdict(Counter)
    for one in heard:
        if not one.promotes:
            continue
        said = [word for at, word in consents[one.chat_id] if at <= one.at and word != "reminded"]
        assert said[-1:] == ["yes"], one
        seoul = zone_at(one.at).key == "Asia/Seoul"
        assert not seoul or NIGHT_UNTIL <= one.wall.time() < NIGHT_FROM, one
        assert not seoul or one.words.startswith("(광고)"), one
        days[one.chat_id][one.day] += 1
    for mine in days.values():
        assert max(mine.values()) <= FAN_DAY
        assert all(sum(n for other, n in mine.items() if day <= other < day + A_WEEK) <= FAN_WEEK for day in mine)
    return Counter(one.kind for one in heard)


def check_postings(weeks: Weeks) -> Counter[str]:
    """Each slot has each of its times once, and none is left over; what wasn't posted says why, which is counted."""
    rows = weeks.rows("SELECT slot_id, wall, state, reason FROM posting WHERE due_at <= ?", text(weeks.now))
    assert len({(slot, wall) for slot, wall, *_ in rows}) == len(rows)
    assert {state for _, _, state, _ in rows} <= {"posted", "skipped", "expired"}
    assert all(reason for *_, state, reason in rows if state != "posted")
    expired = [wall for _, wall, state, _ in rows if state == "expired"]
    assert len(expired) <= 2, f"only the move to Sydney jumps over times: {expired}"
    return Counter(state if state == "posted" else f"{state}: {reason}" for _, _, state, reason in rows)


def check_promises(weeks: Weeks) -> Counter[str]:
    """What was due was sent, or it stands there why not: no promise was lost. How often each reason was given."""
    now = text(weeks.now)
    assert not weeks.rows("SELECT 1 FROM outbox WHERE state = 'sending' OR (state = 'waiting' AND due_at <= ?)", now)
    assert not weeks.rows("SELECT * FROM outbox WHERE state IN ('failed', 'unknown')")
    assert not weeks.rows(
        "SELECT v.* FROM verdict v WHERE v.ruling IN ('waiting', 'hold') "
        "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.verdict_id = v.id AND o.state = 'waiting')"
    )
    assert not weeks.rows("SELECT * FROM verdict WHERE ruling <> 'waiting' AND reason IS NULL")
    assert not weeks.rows(
        "SELECT v.* FROM verdict v WHERE v.ruling = 'send' AND v.kind <> 'post' AND v.chat_id < 0 "
        "AND NOT EXISTS (SELECT 1 FROM shown s WHERE s.verdict_id = v.id)"
    )
    # A post that filled a slot has a copy in a room; each copy stands there, or its verdict says why not.
    assert not weeks.rows(
        "SELECT p.* FROM posting p LEFT JOIN sending s ON s.posting_id = p.id "
        "LEFT JOIN post_copy c ON c.sending_id = s.id WHERE p.state = 'posted' AND p.kind = 'post' AND c.id IS NULL"
    )
    assert not weeks.rows(
        "SELECT c.* FROM post_copy c WHERE c.message_id IS NULL AND NOT EXISTS (SELECT 1 FROM verdict v "
        "WHERE v.kind = 'post' AND v.subject_id = c.sending_id AND v.chat_id = c.chat_id AND v.ruling <> 'send')"
    )
    assert not weeks.rows(
        "SELECT p.* FROM posting p WHERE p.state = 'posted' AND p.kind = 'morning' AND NOT EXISTS "
        "(SELECT 1 FROM verdict v WHERE v.kind = 'morning' AND v.subject_id = p.id)"
    )
    rows = weeks.rows("SELECT ruling, reason, count(*) FROM verdict WHERE ruling <> 'waiting' GROUP BY ruling, reason")
    return Counter({f"{ruling}: {reason}": count for ruling, reason, count in rows})


def check_shares(weeks: Weeks) -> dict[str, tuple[int, float]]:
    """Over any 28 days each pillar was told as often as its share says, within one post; the last figures."""
    rows = [
        (instant(at), pillar)
        for at, pillar in weeks.rows(
            "SELECT p.due_at, p.pillar FROM posting p WHERE p.pillar IS NOT NULL AND EXISTS (SELECT 1 FROM sending s "
            "JOIN post_copy c ON c.sending_id = s.id WHERE s.posting_id = p.id AND c.sent_at IS NOT NULL)"
        )
    ]
    rest = CalendarPolicy().rest
    figures: dict[str, tuple[int, float]] = {}
    for day in range(rest.days, weeks.days + 1):
        until = weeks.starts + timedelta(days=day)
        counts = Counter(pillar for at, pillar in rows if until - rest < at <= until)
        whole = sum(counts[pillar] for pillar in SHARES_AT_FIRST)
        figures = {pillar: (counts[pillar], whole * share / 100) for pillar, share in SHARES_AT_FIRST.items()}
        assert whole > rest.days
        assert all(abs(has - due) <= 1 for has, due in figures.values()), (until, figures)
    return figures


def picks(weeks: Weeks) -> list[tuple[object, ...]]:
    """What was picked for each time of each slot, and what came of it."""
    return weeks.rows("SELECT wall, slot_id, state, reason, post_id FROM posting ORDER BY due_at, slot_id")


def instant(at: str) -> datetime:
    """An instant as SQLite keeps it."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


def text(at: datetime) -> str:
    """The same as it is kept."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
