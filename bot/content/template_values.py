"""What the names of an owner's template stand for, in words of the post's language."""

from datetime import datetime, time

from babel.dates import format_date

from bot.content.dates import LOCALES
from bot.content.filters import Here, all_for
from bot.outside.owner_templates import Html, Value
from bot.rules.calendar import zone
from bot.rules.posts.templates import COIN, EMOJI, PERSONA, SEASON, SHOP, STREAM, STREAM_TIME, WEEKDAY, TemplateFacts


def values_for(facts: TemplateFacts) -> dict[str, Value | None]:
    """What each name stands for; None for a blank that isn't filled, and for a stream that isn't planned."""
    emoji = dict.fromkeys(EMOJI, "") | dict(zip(EMOJI, facts.emoji, strict=False))
    blanks = {name: text.strip() or None for name, text in facts.blanks.items()}
    return {
        **blanks,
        **emoji,
        PERSONA: facts.persona,
        SHOP: facts.shop,
        COIN: facts.coin,
        STREAM: facts.stream,
        STREAM_TIME: _stream_time(facts),
        SEASON: all_for(facts.language, html=False)["season"](facts.season),
        WEEKDAY: format_date(facts.day, "EEEE", locale=LOCALES[facts.language]),
    }


def _stream_time(facts: TemplateFacts) -> Html | None:
    """The stream's start as a time of Telegram's, which each reader sees in their own zone."""
    if facts.stream_at is None:
        return None
    filters = all_for(facts.language, html=True)
    here = Here(facts.shop, facts.persona, facts.coin, facts.timezone)
    noon = datetime.combine(facts.day, time(12), zone(facts.timezone))
    return Html(str(filters["at"]({"here": here, "said_at": noon}, facts.stream_at)))
