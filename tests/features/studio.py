"""A shop that streams, for tests of features: plans, acts of staff, fans who come, the clock, and a post office."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.communities import set_reachable
from bot.features.streams.airings import Airings
from bot.features.streams.clock import StreamClock
from bot.features.streams.live_card import live_card
from bot.features.streams.plans import StreamPlans
from bot.features.streams.reminders import Reminders
from bot.flows.attend import Attending
from bot.flows.check_in import CheckIns
from bot.rules.act import Act, Sender
from bot.rules.airings import AiringFacts, How, Phase, Repeat, phase_of
from bot.rules.general import UndoOutcome
from bot.rules.place import Place
from bot.rules.slots import SlotKind, daily
from bot.rules.streams.airings import CallOff, CancelStreamOutcome, DelayOutcome, EndOutcome, GoLiveOutcome, Move, OnAir
from bot.rules.streams.attendance import Attended, AttendOutcome
from bot.rules.streams.reminders import Reminding, StreamGone
from bot.rules.streams.streams import NewStream, StreamMade, StreamPolicy
from bot.store.airings import CARD, airing_of, open_airings
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.messages.payloads import EDIT, POST, SAY, TELL
from bot.store.slots import plan_again
from bot.store.tables import Card, FanGroup, Outbox, Posting, Slot
from bot.store.tables.messages import OutboxState
from tests.features.calendars import calendar_clock
from tests.features.scene import NOON, OWNER, POLICIES, Causes, act_of, query, shop, undo

STAFF = OWNER.user_id
EIGHT = NOON + timedelta(hours=8)
"""Eight in the evening of the first Monday, Seoul."""
WEEK = timedelta(weeks=1)
WHOLE_WEEK = 7


def at(minutes: float) -> datetime:
    """So many minutes after eight; before it with a minus."""
    return EIGHT + timedelta(minutes=minutes)


@dataclass
class Studio:
    """One shop's streams."""

    db: Database
    place: Place
    causes: Causes
    policy: StreamPolicy = field(default_factory=StreamPolicy)

    @classmethod
    async def open(cls, db: Database, causes: Causes, **policy: Any) -> "Studio":
        """A studio of the first shop, without a morning card."""
        place = await shop(db)
        await db.write(_no_slot, place)
        return cls(db, place, causes, StreamPolicy(**policy))

    @property
    def airings(self) -> Airings:
        """What staff do with airings."""
        return Airings(self.db, self.policy)

    def act(self, now: datetime, cause: str | None = None, sender: Sender = OWNER) -> Act:
        """An act of staff, or of a fan, by a fresh cause unless one is given."""
        return act_of(self.place, sender, now, cause or self.causes.next())

    # What staff do.

    async def plan(
        self,
        start: datetime = EIGHT,
        *,
        weekly: bool = False,
        made: datetime = NOON,
        cause: str | None = None,
        **wish: Any,
    ) -> StreamMade:
        """Plan a stream."""
        asked = NewStream(
            wish.pop("title", "Silk night"), start, repeat=Repeat.WEEKLY if weekly else Repeat.ONCE, **wish
        )
        outcome = await StreamPlans(self.db, self.policy).plan(self.act(made, cause), asked)
        assert isinstance(outcome, StreamMade)
        return outcome

    async def golive(self, now: datetime, *, cause: str | None = None, **wish: Any) -> GoLiveOutcome:
        """Say that an airing is on."""
        return await self.airings.go_live(self.act(now, cause), OnAir(**wish))

    async def delay(self, now: datetime, *, cause: str | None = None, **wish: Any) -> DelayOutcome:
        """Move the start."""
        return await self.airings.delay(self.act(now, cause), Move(**wish))

    async def cancel(self, now: datetime, *, cause: str | None = None, **wish: Any) -> CancelStreamOutcome:
        """Call it off."""
        return await self.airings.cancel(self.act(now, cause), CallOff(**wish))

    async def end(
        self, now: datetime, *, number: int | None = None, replay: str | None = None, cause: str | None = None
    ) -> EndOutcome:
        """Say that it is over."""
        return await self.airings.end(self.act(now, cause), number, replay)

    async def undo(self, now: datetime, audit_id: int | None = None, *, cause: str | None = None) -> UndoOutcome:
        """Take the last act back."""
        return await undo(self.db, self.place, STAFF, now, cause or self.causes.next(), audit_id)

    # What fans do.

    async def comes(
        self, sender: Sender, now: datetime, *, airing: int | None = None, how: How = How.TAP, cause: str | None = None
    ) -> AttendOutcome:
        """Show that they are there, on the last airing unless another is named."""
        airing_id = airing if airing is not None else await self.last_id()
        return await Attending(self.db, POLICIES).attend(self.act(now, cause, sender), airing_id, how)

    async def came(self, sender: Sender, now: datetime, **how: Any) -> Attended:
        """Show that they are there, and be paid."""
        outcome = await self.comes(sender, now, **how)
        assert isinstance(outcome, Attended)
        return outcome

    async def checks_in(self, sender: Sender, now: datetime) -> None:
        """Check in."""
        await CheckIns(self.db, POLICIES).check_in(act_of(self.place, sender, now, self.causes.next()))

    async def asks(
        self, sender: Sender, now: datetime, stream: int = 1, *, can_write: bool = True
    ) -> Reminding | StreamGone:
        """Ask to be reminded, in private."""
        await self.db.write(set_reachable, sender, can_write=can_write)
        return await Reminders(self.db, self.policy).ask(self.act(now, sender=sender), stream)

    async def subscribes(self, sender: Sender, now: datetime, stream: int = 1, *, can_write: bool = True) -> Reminding:
        """Ask to be reminded of what comes."""
        outcome = await self.asks(sender, now, stream, can_write=can_write)
        assert isinstance(outcome, Reminding)
        return outcome

    # What the clock does.

    async def tick(self, now: datetime) -> list[datetime | None]:
        """One round of everything that has work on the clock."""
        due = (
            StreamClock(self.db, self.policy),
            Reminders(self.db, self.policy),
            calendar_clock(self.db),
        )
        return [await one.run_due(now) for one in due]

    # What can be seen of it.

    async def airing(self, airing_id: int) -> AiringFacts:
        """An airing as it stands."""
        found = await self.db.read(airing_of, self.place.community_id, airing_id)
        assert found is not None
        return found

    async def phase(self, now: datetime, airing: int | None = None) -> Phase:
        """What the last airing, or another one, is."""
        return phase_of(await self.airing(airing if airing is not None else await self.last_id()), now)

    async def last_id(self) -> int:
        """The airing that was made last."""
        return int((await query(self.db, "SELECT max(id) FROM airing"))[0][0])

    async def planned(self) -> list[AiringFacts]:
        """Airings that are to come or on."""
        return await self.db.read(open_airings, self.place.community_id)

    async def sound(self) -> bool:
        """Whether every coin is accounted for."""
        return (await self.db.read(check_books)).sound

    async def coins(self, reason: str) -> list[int]:
        """What was paid for a reason."""
        rows = await query(self.db, "SELECT amount FROM transfer WHERE reason = :reason ORDER BY id", reason=reason)
        return [int(row[0]) for row in rows]

    async def waiting(self) -> Counter[str]:
        """What waits to be sent, by what it says."""
        return await self.db.read(_waiting)

    async def post(self, now: datetime) -> Counter[str]:
        """Send what is due as the sender would, only without Telegram; what was sent, by what it says."""
        return Counter(what for _, what in await self.db.write(_post, now))

    async def post_to(self, now: datetime) -> list[tuple[int, str]]:
        """The same with who got it."""
        return await self.db.write(_post, now)


def _what(row: Outbox) -> str:
    """What a promise says: `card`, `edit`, or its outcome's name, with where one person is told it."""
    if row.act in {POST, EDIT}:
        return "card" if row.act == POST else "edit"
    name = str(row.facts["outcome"]).partition(".")[2]
    return name if row.act == SAY else f"{name} to one"


def _waiting(session: Session) -> Counter[str]:
    rows = session.execute(select(Outbox).where(col(Outbox.state) == OutboxState.WAITING)).scalars()
    return Counter(_what(row) for row in rows)


def _post(tx: Tx, now: datetime) -> list[tuple[int, str]]:
    sent = []
    due = select(Outbox).where(col(Outbox.state) == OutboxState.WAITING, col(Outbox.due_at) <= now)
    for row in tx.execute(due.order_by(col(Outbox.due_at), col(Outbox.id))).scalars().all():
        card = tx.get(Card, row.facts["card_id"]) if row.act in {POST, EDIT} else None
        streams = card is not None and card.kind == CARD
        shown = live_card(tx, row.community_id, card.subject_id, now) if card is not None and streams else None
        late = row.not_after is not None and row.not_after <= now
        if late or (row.act == POST and shown is not None and shown.over):
            row.state = OutboxState.EXPIRED
            continue
        sent.append((row.chat_id, _what(row)))
        row.state, row.sent_at = OutboxState.SENT, now
        if card is not None:
            card.message_id, card.edited_at = row.id if row.act == POST else card.message_id, now
        if row.act in {EDIT, TELL}:
            tx.delete(row)
    tx.flush()
    return sent


async def another_group(db: Database, place: Place, chat_id: int, *, channel: bool = False) -> None:
    """The shop gets one more group, or its channel."""
    await db.write(_add, place, chat_id, channel)


def _add(tx: Tx, place: Place, chat_id: int, channel: bool) -> None:
    tx.add(
        FanGroup(
            community_id=place.community_id,
            chat_id=chat_id,
            title="Silk news",
            is_admin=True,
            is_channel=channel,
            joined_at=NOON,
        )
    )


async def morning_slot(db: Database, place: Place, hour: str = "09:00", weekdays: str = "1234567") -> None:
    """The shop's morning card comes at this hour."""
    await db.write(_slot, place, hour, weekdays)


def _no_slot(tx: Tx, place: Place) -> None:
    tx.execute(delete(Posting).where(col(Posting.community_id) == place.community_id))
    tx.execute(delete(Slot).where(col(Slot.community_id) == place.community_id))


def _slot(tx: Tx, place: Place, hour: str, weekdays: str) -> None:
    _no_slot(tx, place)
    days = ",".join(str(int(digit) % 7) for digit in weekdays)
    cron = daily(hour, "*" if len(weekdays) == WHOLE_WEEK else days)
    tx.add(Slot(community_id=place.community_id, kind=SlotKind.MORNING, cron=cron, since=NOON))
    plan_again(tx, place.community_id, NOON)
