"""Files that staff hand in over the stand-in: with a caption, as an album, and the buttons under what is asked."""

from sandbox import Document, Message, Person
from tests.bot.conftest import Stage


def csv(*lines: str, encoding: str = "utf-8", name: str = "file.csv") -> Document:
    """A file of these lines."""
    return Document(name, "\r\n".join(lines).encode(encoding), "text/csv")


async def hands_in(stage: Stage, text: str, file: Document) -> Message:
    """The owner sends a file with a caption to the group; the answer."""
    said = stage.owner.says(stage.group, text, document=file)
    return await stage.whisper(stage.owner, after=said)


async def hands_in_alone(stage: Stage, text: str, file: Document) -> Message:
    """The owner sends a file with a caption in private; the answer."""
    said = stage.owner.says(stage.bot, text, document=file)
    return await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)


async def taps(stage: Stage, who: Person, message: Message, label: str) -> Message:
    """Tap a button of a question or preview; what stands in the message's place then."""
    press = who.presses(message, label)
    await press.answered(10)
    return await who.waits_for(
        message.chat,
        lambda m: m.sender is stage.bot and (m is message or m.only_for is who),
        timeout=10,
        after=press,
    )


async def takes_in(stage: Stage, text: str, file: Document) -> Message:
    """The owner hands a file in to the group and takes what its preview shows; the report."""
    return await taps(stage, stage.owner, await hands_in(stage, text, file), "Take them")
