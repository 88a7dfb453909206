"""answerInlineQuery. Rules: https://core.telegram.org/bots/api#answerinlinequery.

The order of checks is the Bot API server's: the results are read first, then the button and the number of results are
checked, and ids and lengths last.
"""

import re
from typing import Any

from sandbox.errors import bad
from sandbox.inline import QUERY_LIFE, InlineAnswer, InlineResult
from sandbox.methods.answering import TOO_OLD
from sandbox.methods.ask import Ask
from sandbox.methods.markup import check_for_inline, read_markup
from sandbox.methods.sending import file_of, kept_preview
from sandbox.text import MAX_CAPTION, MAX_TEXT, Text, parse

MOST_RESULTS = 50
MOST_ID = 64
MOST_OFFSET = 64
MOST_PARAMETER = 64
MOST_CACHED = 86_400
USUALLY_CACHED = 300
PARAMETER = re.compile(r"[A-Za-z0-9_-]*")
PICTURE_URL = re.compile(r"https?://[^\s/]+\.[^\s]+")
PLAYED = frozenset({"article", "photo", "document"})


def answer_inline_query(ask: Ask) -> bool:
    """Answer a query: once, within 30 seconds, with at most 50 results."""
    given = ask.params["results"]
    if len(given) > MOST_RESULTS:
        raise bad("too many inline query results specified")
    results = tuple(_read(ask, one) for one in given)
    button = ask.get("button")
    if button is not None:
        _check_button(button)
    query = ask.world.inline.queries.get(ask.params["inline_query_id"])
    now = ask.world.clock.now()
    if query is None or query.bot is not ask.bot or query.answer is not None or now - query.at >= QUERY_LIFE:
        raise bad(TOO_OLD)
    next_offset = ask.get("next_offset", "")
    if len(next_offset.encode()) > MOST_OFFSET:
        raise bad("NEXT_OFFSET_INVALID")
    _check_ids([one.id for one in results])
    for one in results:
        _check_length(one)
    cached = min(max(ask.get("cache_time", USUALLY_CACHED), 0), MOST_CACHED)
    answer = InlineAnswer(results, next_offset, button, cached, ask.get("is_personal", False), now)
    ask.world.inline.answer(query, answer)
    return True


def _read(ask: Ask, given: dict[str, Any]) -> InlineResult:
    """Read one result and the message that it becomes. Raises ApiError."""
    kind = given["type"]
    if kind not in PLAYED:
        raise bad(f"an InlineQueryResult of type {kind} is not played here")
    markup = read_markup(given.get("reply_markup"))
    content, preview = _content(given.get("input_message_content"))
    file = None
    if kind == "article":
        if not given["title"].strip():
            raise bad("ARTICLE_TITLE_EMPTY")
    elif content is None:
        content = parse(given.get("caption", ""), given.get("parse_mode"), given.get("caption_entities"))
        file = file_of(ask, kind, _source(given, kind))
    else:
        _source(given, kind)
    check_for_inline(markup, ask.bot)
    title, description = given.get("title", ""), given.get("description", "")
    return InlineResult(given["id"], kind, title, description, content or Text(), file, markup, preview)


def _content(given: dict[str, Any] | None) -> tuple[Text | None, dict[str, Any] | None]:
    if given is None:
        return None, None
    if "message_text" not in given:
        raise bad("only an InputTextMessageContent is played here")
    if not given["message_text"]:
        raise bad("message text is empty")
    content = parse(given["message_text"], given.get("parse_mode"), given.get("entities"))
    if content.blank():
        raise bad("text must be non-empty")
    return content, kept_preview(content, given.get("link_preview_options"))


def _source(given: dict[str, Any], kind: str) -> str:
    """The file id or URL that a result sends."""
    cached = given.get(f"{kind}_file_id")
    if cached is not None:
        return str(cached)
    url = str(given[f"{kind}_url"])
    if not PICTURE_URL.fullmatch(url):
        raise bad("WEBDOCUMENT_URL_INVALID")
    if kind == "photo" and not given["thumbnail_url"]:
        raise bad("PHOTO_THUMB_URL_EMPTY")
    if kind == "document" and not given["title"].strip():
        raise bad("FILE_TITLE_EMPTY")
    return url


def _check_button(button: dict[str, Any]) -> None:
    """https://core.telegram.org/bots/api#inlinequeryresultsbutton: it opens the bot, or a Mini App, not both."""
    if not button["text"].strip():
        raise bad("SWITCH_PM_TEXT_EMPTY")
    if ("web_app" in button) == ("start_parameter" in button):
        raise bad("can't parse InlineQueryResultsButton: exactly one of web_app and start_parameter must be used")
    parameter = button.get("start_parameter", "-")
    if not parameter:
        raise bad("can't use empty start_parameter")
    if len(parameter) > MOST_PARAMETER:
        raise bad("too long start_parameter specified")
    if not PARAMETER.fullmatch(parameter):
        raise bad("unallowed characters in start_parameter are used")


def _check_ids(ids: list[str]) -> None:
    for one in ids:
        if not one:
            raise bad("RESULT_ID_EMPTY")
        if len(one.encode()) > MOST_ID:
            raise bad("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad("RESULT_ID_DUPLICATE")


def _check_length(result: InlineResult) -> None:
    if result.file is None and len(result.content.plain) > MAX_TEXT:
        raise bad("MESSAGE_TOO_LONG")
    if result.file is not None and len(result.content.plain) > MAX_CAPTION:
        raise bad("MEDIA_CAPTION_TOO_LONG")


METHODS = {"answerInlineQuery": answer_inline_query}
