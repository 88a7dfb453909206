"""Somebody of the staff who walks through the panel and taps whatever it offers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.handlers.staff.panel_form import AnswerKeeper
from bot.store.dialogues import find_dialogue
from sandbox import Message, Person
from tests.bot.conftest import Stage

TYPED = {
    "title": "Silk scarf",
    "prize": "Silk scarf",
    "name": "Autumn poster",
    "stock": "1",
    "coins": "1",
    "word": "silk",
    "url": "https://example.com/live",
    "reason": "for the photos",
    "tag": "silk",
    "ask": "What do you like best?",
    "answers": "Silk, Wool",
}
"""What is written where nothing can be tapped, by the question."""
BACK = frozenset({"g:review", "g:more"})
"""Buttons of a form that ask nothing."""
MOST_TAPS = 12
"""Taps after which an act must be done."""
PEOPLE = frozenset({"fan", "who"})
"""Questions for somebody: as long as nobody is there who can be tapped, the act can't be done, and is left."""
NAMES_SOMETHING = frozenset(
    {"redeem", "order", "order_give", "order_refund", "redeem_file", "newcoupon_file", "import_members"}
)
"""Acts that need a code, an order's number or a file, which only staff can know: nothing is tapped there."""


@dataclass
class Walker:
    """Taps buttons of the panel by their data, and counts the taps."""

    stage: Stage
    who: Person
    panel: Message
    turn: int = 0
    """Which of the offered answers is taken: so many behind the first."""
    taps: int = 0
    heard: list[Any] = field(default_factory=list)
    """What commands answered."""

    @classmethod
    async def enter(cls, stage: Stage, who: Person, *, turn: int = 0) -> "Walker":
        """Open the panel in private."""
        who.starts(stage.bot)
        await stage.settled()
        return cls(stage, who, await _opened(stage, who), turn)

    def listen(self, patch: pytest.MonkeyPatch) -> None:
        """Keep what commands answer."""
        for name in ("answer", "panel"):
            patch.setattr(AnswerKeeper, name, self._keeping(getattr(AnswerKeeper, name)))

    def _keeping(self, real: Any) -> Any:
        async def keep(keeper: AnswerKeeper, ask: Any, outcome: Any, **more: Any) -> None:
            self.heard.append(outcome)
            await real(keeper, ask, outcome, **more)

        return keep

    @property
    def data(self) -> list[str]:
        """What the panel's buttons carry, without the shop."""
        pressed = [button.callback_data or "" for button in self.panel.buttons]
        return [data.partition(":")[2].partition(":")[2] for data in pressed if data.startswith("admin:")]

    async def tap(self, data: str) -> None:
        """Tap the button that carries this."""
        wanted = ("admin:1", f"admin:1:{data}")[bool(data)]
        press = next(one.text for one in self.panel.buttons if one.callback_data == wanted)
        await self.who.presses(self.panel, press).answered(10)
        await self.stage.settled()
        self.taps += 1

    async def types(self, text: str) -> None:
        """Write an answer: the panel moves below it."""
        said = self.who.says(self.stage.bot, text)
        await self.stage.settled()
        self.panel = await self.who.waits_for(
            self.stage.bot, lambda m: m.sender is self.stage.bot and bool(m.buttons), timeout=10, after=said
        )

    async def home(self) -> None:
        """Come to the first page, and leave what is half-filled."""
        self.panel = await _opened(self.stage, self.who)
        if "x" in self.data:
            await self.tap("x")
            self.panel = await _opened(self.stage, self.who)

    async def turn_to(self, page: str) -> None:
        """Show a page at once, as its button would."""
        private = self.stage.telegram.private(self.stage.bot, self.who)
        await self.who.forges(private, self.panel, f"admin:1:{page}" if page else "admin:1").answered(10)
        await self.stage.settled()

    async def pages(self) -> AsyncIterator[str]:
        """Every page that buttons lead to, shown one after the other."""
        pages, seen = [""], {""}
        await self.home()
        while pages:
            page = pages.pop()
            await self.turn_to(page)
            for data in self.data:
                if data.partition(":")[0] in {"s", "t", "o", "e", "h", "l"} and data not in seen:
                    seen.add(data)
                    pages.append(data)
            yield page

    async def offers(self) -> dict[str, str]:
        """All acts that are offered now, by what their buttons carry, each with its page."""
        found: dict[str, str] = {}
        async for page in self.pages():
            for data in self.data:
                if data.startswith("b:"):
                    found.setdefault(data, page)
        return found

    async def does(self, act: str) -> None:
        """Begin an act that is offered here, and take offered answers until it is done."""
        await self.tap(act)
        for _ in range(MOST_TAPS):
            if "x" not in self.data and "g:review" not in self.data:
                return
            answers = [data for data in self.data if data.startswith("a:")]
            if "do" in self.data:
                await self.tap("do")
                return
            blanks = [data for data in self.data if data.startswith("g:") and data not in BACK]
            if answers:
                await self.tap(answers[self.turn % len(answers)])
            elif blanks:
                await self.tap(blanks[0])
            elif (asked := await self.asked()) in PEOPLE:
                await self.home()
                return
            else:
                await self.types(TYPED[asked])
        raise AssertionError(f"{act} is never done: {self.panel.text}")

    async def asked(self) -> str:
        """The question that is open."""

        def step(session: Any) -> str:
            dialogue = find_dialogue(session, self.who.id)
            assert dialogue is not None
            return dialogue.step

        return await self.stage.app.db.read(step)


async def _opened(stage: Stage, who: Person) -> Message:
    await stage.settled()
    said = who.says(stage.bot, "/admin")
    return await who.waits_for(
        stage.bot,
        lambda m: m.sender is stage.bot and bool(m.buttons) and "admin:" in str(m.buttons[0].callback_data),
        timeout=10,
        after=said,
    )
