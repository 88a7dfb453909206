"""Staff who say something through the bot: in private with a preview, or by a line in the group."""

from dataclasses import dataclass
from typing import Any

from sandbox import Message, Person
from sandbox.html import Entity
from sandbox.messages import NewMessage
from sandbox.polls import Option, Poll
from sandbox.text import Text
from tests.bot.conftest import Play, Stage

PANEL = {"ko": "이렇게 보여요", "zh": "发出去就是这样", "en": "This is how it looks"}
ASKED = {"ko": "무엇을 올릴까요", "zh": "想说点什么", "en": "What would you like to say"}
NOW = {"ko": "지금 올리기", "zh": "现在发", "en": "Send now"}
SENT = {"ko": "올렸어요", "zh": "发出去啦", "en": "Sent"}


@dataclass
class Desk:
    """Somebody of the staff with the bot's private chat open."""

    stage: Stage
    who: Person
    language: str = "en"
    greetings: int = 0
    """What the bot said in the group before."""

    @classmethod
    async def open(cls, play: Play, language: str = "en", **more: Any) -> "Desk":
        """A stage whose owner has started the bot."""
        stage = await play(language=language, **more)
        stage.owner.starts(stage.bot)
        await stage.settled()
        desk = cls(stage, stage.owner, language)
        desk.greetings = len(desk.room())
        return desk

    async def asks(self) -> Message:
        """Say `/post` in private; what the bot asks."""
        return await self.says("/post", ASKED[self.language])

    async def says(self, text: str, shows: str, **more: Any) -> Message:
        """Say something in private; the bot's message that shows this."""
        said = self.who.says(self.stage.bot, text, **more)
        return await self.hears(shows, said)

    async def hears(self, shows: str, after: Message | None = None) -> Message:
        """The bot's message in private that shows this."""
        chat = self.stage.bot

        def fits(message: Message) -> bool:
            return message.sender is chat and shows in message.text and not message.deleted

        return await self.who.waits_for(chat, fits, timeout=10, after=after)

    async def taps(self, panel: Message, label: str, shows: str) -> Message:
        """Tap a button; the bot's newest message that shows this, the same or a new one."""
        await self.who.presses(panel, label).answered(10)
        await self.stage.settled()
        return await self.hears(shows)

    async def toast(self, panel: Message, label: str) -> str:
        """Tap a button; the words that pop up."""
        answer = await self.who.presses(panel, label).answered(10)
        await self.stage.settled()
        return answer.text or ""

    def preview(self, panel: Message) -> Message:
        """The message above the panel."""
        seen = [one for one in self.who.sees(self.stage.bot) if one.sender is self.stage.bot and not one.deleted]
        return seen[seen.index(panel) - 1]

    def room(self) -> list[Message]:
        """What everybody in the group sees of the bot, but for its greeting."""
        said = [
            message
            for message in self.who.sees(self.stage.group)
            if message.sender is self.stage.bot and message.only_for is None and not message.service
        ]
        return said[self.greetings :]

    def posts_formatted(self, where: Any, plain: str, *entities: Entity) -> Message:
        """A text with formatting, as an app sends it."""
        chat = self.who.chat_with(where)
        content = Text(plain, list(entities))
        return self.who.world.delivery.post(chat, NewMessage(sender=self.who, content=content))

    def posts_poll(
        self, where: Any, question: str, *options: str, several: bool = False, quiz: bool = False
    ) -> Message:
        """A poll, as an app sends it."""
        world, chat = self.who.world, self.who.chat_with(where)
        poll = Poll(
            id=f"9{len(self.stage.telegram.calls)}",
            owner=self.who,
            question=Text(question),
            options=[Option(str(nth), Text(one)) for nth, one in enumerate(options)],
            kind="quiz" if quiz else "regular",
            several=several,
            correct=[0] if quiz else [],
        )
        return world.delivery.post(chat, NewMessage(sender=self.who, poll=poll))
