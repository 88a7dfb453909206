"""What staff read after they took an act back, or couldn't."""

from dataclasses import replace

from bot.rules.general import AlreadyUndone, Undone, UndoOutcome
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


async def tell_undone(inside: Ask, outcome: UndoOutcome, voice: Voice) -> None:
    """Answer, and let the messages that told of the act say that it was taken back."""
    if isinstance(outcome, Undone | AlreadyUndone):
        await voice.taken_back(inside, replace(outcome, panel=inside.private and inside.press_id is not None))
    else:
        await voice.answer(inside, outcome)
