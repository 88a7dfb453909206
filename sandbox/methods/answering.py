"""Answers to presses. Rules: https://core.telegram.org/bots/api#answercallbackquery."""

import re

from sandbox.accounts import Bot
from sandbox.errors import bad
from sandbox.methods.ask import Ask
from sandbox.presses import PRESS_LIFE

MOST_ANSWER = 200
START_LINK = re.compile(
    r"(?:(?:https?://)?t(?:elegram)?\.me/(\w+)\?start=|tg://resolve\?domain=(\w+)&start=)[A-Za-z0-9_-]{0,64}",
    re.IGNORECASE,
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def _starts_bot(bot: Bot, url: str) -> bool:
    """Whether a link opens this bot with a start parameter.

    A press can open nothing else, because games aren't played.
    """
    found = START_LINK.fullmatch(url)
    return found is not None and (found.group(1) or found.group(2)).lower() == (bot.username or "").lower()


def answer_callback_query(ask: Ask) -> bool:
    """Answer a press, once and within 150 seconds.

    A text over 200 characters is refused, and the press can still be answered.
    """
    press = ask.world.presses.get(ask.params["callback_query_id"])
    if press is None or press.bot is not ask.bot or press.answer is not None:
        raise bad(TOO_OLD)
    if ask.world.clock.now() - press.at >= PRESS_LIFE:
        raise bad(TOO_OLD)
    text = ask.get("text", "")
    if len(text) > MOST_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    url = ask.get("url")
    if url and not _starts_bot(ask.bot, url):
        raise bad("URL_INVALID")
    ask.world.delivery.show_answer(press, text, show_alert=ask.get("show_alert", False), url=url)
    return True


METHODS = {"answerCallbackQuery": answer_callback_query}
