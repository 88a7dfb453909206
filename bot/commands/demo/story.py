"""`python -m bot demo --story`: play an evening in the terminal, on the same stand-in as the page."""

import asyncio
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bot.commands.demo.cast import CAST, ROOM, SCARF, SHOP, WORD
from bot.commands.demo.stage import PATIENCE, TOKEN, free_port, running
from bot.content import Words
from bot.logs import set_up_logs
from bot.rules.words import Language, language_of
from bot.running import App
from bot.store.ledger import check_books
from sandbox import Bot, Chat, Event, Limits, Message, Person, Press, Rights, Sandbox

DATABASE = Path("data/demo.db")
STOCK = 50
DAY = 86_400.0
EVENING = 1_794_218_400.0
"""9 November 2026, 19:00 in Seoul."""


@dataclass
class Teller:
    """Prints what everyone sees, as a chat."""

    words: Words
    language: Language
    group: Chat
    quiet: bool = False

    def tell(self, block: str, **values: object) -> None:
        """Print a line of the story."""
        say(f"\n── {self.words.line('demo', block, self.language, **values)}\n")

    def note(self, block: str, **values: object) -> str:
        """The text of a short remark beside a message."""
        return self.words.line("demo", block, self.language, **values)

    def event(self, event: Event) -> None:
        """Print an event that the group sees, unless `quiet`."""
        if self.quiet or event.chat is not self.group:
            return
        message = event.message
        if event.kind == "press" and event.person is not None:
            say(f"  👆 {self.note('tapped', name=event.person.name)}")
        elif event.kind == "answer" and event.answer is not None and event.answer.text and event.person is not None:
            bubble(self.note("alert", name=event.person.name), event.answer.text, "🔔")
        elif event.kind in {"message", "edit"} and message is not None and message.text:
            self._message(message, edited=event.kind == "edit")

    def _message(self, message: Message, *, edited: bool) -> None:
        who = message.sender.name if message.sender is not None else ""
        if message.only_for is not None:
            who += f" 🔒 {self.note('only', name=message.only_for.name)}"
        elif edited:
            who += f" ✏️ {self.note('edited')}"
        buttons = "  ".join(f"[ {button.text} ]" for row in message.keyboard or [] for button in row)
        bubble(
            who, message.text + (f"\n{buttons}" if buttons else ""), "🤖" if isinstance(message.sender, Bot) else "💬"
        )


class Evening:
    """The story, scene by scene."""

    def __init__(self, telegram: Sandbox, app: App, teller: Teller, cast: list[Person], bot: Bot, group: Chat) -> None:
        self.telegram = telegram
        self.app = app
        self.teller = teller
        self.owner, self.ana, self.ben = cast
        self.bot = bot
        self.group = group
        self.language = teller.language

    async def play(self, fans: int) -> bool:
        """Play all scenes. Return whether the books balance at the end."""
        await self.arrive()
        await self.check_in()
        await self.drop(fans)
        await self.look()
        await self.staff()
        return await self.books()

    async def arrive(self) -> None:
        """The bot comes to the group, and the owner names the shop."""
        self.teller.tell("story_arrive")
        self.owner.adds(self.bot, self.group, Rights.full())
        await self.owner.waits_for(self.group, lambda m: m.sender is self.bot, timeout=PATIENCE)
        self.teller.tell("story_setup")
        await self.asks(self.owner, f'/setup shop="{SHOP[self.language]}" language={self.language}')

    async def check_in(self) -> None:
        """Three evenings of check-ins, with a gap."""
        self.teller.tell("story_checkin")
        await self.asks(self.ana, WORD[self.language])
        await self.asks(self.ben, "/checkin")
        await self.asks(self.ana, WORD[self.language])
        self.teller.tell("story_tomorrow")
        for day in range(4):
            self.telegram.clock.advance(DAY)
            self.teller.quiet = day > 0
            await self.asks(self.ana, WORD[self.language])
        self.teller.quiet = False
        self.teller.tell("story_gap")
        self.telegram.clock.advance(3 * DAY)
        answer = await self.asks(self.ana, "/checkin")
        press = self.ana.presses(answer, "makeup")
        await press.answered(PATIENCE)

    async def drop(self, fans: int) -> None:
        """A coupon, and a crowd that taps it at once."""
        self.teller.tell("story_drop", stock=STOCK, fans=fans)
        said = self.owner.says(self.group, f'/newcoupon title="{SCARF[self.language]}" stock={STOCK}')
        card = await self.owner.waits_for(
            self.group, lambda m: m.only_for is None and bool(m.keyboard), timeout=PATIENCE, after=said
        )
        await self.ana.presses(card, "claim").answered(PATIENCE)
        self.teller.quiet = True
        crowd = [
            self.telegram.add_user(f"{self.ben.name} {number}", language=self.language) for number in range(fans - 1)
        ]
        for fan in crowd:
            fan.joins(self.group)
        started = time.perf_counter()
        took: list[float] = []

        async def answer(press: Press) -> bool:
            heard = await press.answered(PATIENCE)
            took.append(time.perf_counter() - started)
            return "-" in (heard.text or "")

        got = await asyncio.gather(*(answer(fan.presses(card, "claim")) for fan in crowd))
        await self.owner.waits_for(
            self.group, lambda m: m.message_id == card.message_id and m.keyboard[0][0].disabled, timeout=PATIENCE
        )
        self.teller.quiet = False
        self.teller.event(Event("edit", self.group, 0.0, card))
        took.sort()
        self.teller.tell(
            "crowd",
            fans=fans,
            claimed=sum(got) + 1,
            missed=fans - sum(got) - 1,
            p50=round(statistics.median(took) * 1000) if took else 0,
            p99=round(took[int(len(took) * 0.99)] * 1000) if took else 0,
        )

    async def look(self) -> None:
        """A fan looks at their coupons and their card."""
        self.teller.tell("story_look")
        await self.asks(self.ana, "/coupons")
        await self.asks(self.ana, "/me")
        await self.asks(self.ben, "/top")

    async def staff(self) -> None:
        """The till, a priced drop that is taken back, a typo."""
        self.teller.tell("story_redeem")
        codes = (b.copy_text for m in self.ana.sees(self.group) for row in m.keyboard or [] for b in row)
        code = next(code for code in codes if code)
        for _ in range(2):
            await self.asks(self.owner, f"/redeem {code}")
        self.teller.tell("story_cancel")
        said = self.owner.says(self.group, f'/newcoupon title="{SCARF[self.language]}" stock=3 price=10')
        card = await self.owner.waits_for(
            self.group, lambda m: m.only_for is None and bool(m.keyboard), timeout=PATIENCE, after=said
        )
        await self.ana.presses(card, "claim").answered(PATIENCE)
        await self.asks(self.owner, "/coupon 2 cancel")
        await self.owner.waits_for(
            self.group, lambda m: m.message_id == card.message_id and m.keyboard[0][0].disabled, timeout=PATIENCE
        )
        self.teller.tell("story_mistake")
        await self.asks(self.owner, "/newcoupon title=scarf stock=-5")

    async def books(self) -> bool:
        """Add up the ledger. Return whether it balances."""
        books = await self.app.db.read(check_books)
        if books.sound:
            self.teller.tell("books", transfers=books.transfers, total=books.sum_of_all, held=books.held_by_fans)
        else:
            self.teller.tell("books_wrong")
        return books.sound

    async def asks(self, person: Person, text: str) -> Message:
        """Let a person write something, and wait for the whisper that answers it."""
        said = person.says(self.group, text)
        return await person.waits_for(self.group, lambda m: m.only_for is person, timeout=PATIENCE, after=said)


async def play(language: str | None, fans: int) -> int:
    """Play an evening with `fans` fans, and return the exit code: 0 if the books balance."""
    tongue = language_of(language) or language_of(os.environ.get("LANG")) or Language.EN
    set_up_logs("warning", "text")
    words = Words({}, {})
    async with Sandbox(limits=Limits.none(), start=EVENING) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_demo_bot", name="Encore", inline=True)
        cast = [telegram.add_user(name, language=tongue) for name in CAST[tongue][:3]]
        group = telegram.add_group(ROOM[tongue], creator=cast[0], kind="supergroup")
        for person in cast[1:]:
            person.joins(group)
        teller = Teller(words, tongue, group)
        say(words.line("demo", "title", tongue, shop=SHOP[tongue]))
        async with running(telegram, DATABASE, free_port()) as app:
            telegram.on_event(teller.event)
            sound = await Evening(telegram, app, teller, cast, bot, group).play(max(fans, STOCK + 1))
        teller.tell("goodbye", path=str(DATABASE))
    return 0 if sound else 1


def bubble(who: str, text: str, sign: str) -> None:
    """Print one message."""
    say(f"  {sign} {who}")
    for line in text.splitlines():
        say(f"     │ {line}")


def say(line: str) -> None:
    """Print a line without buffering."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
