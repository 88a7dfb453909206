"""sendPoll and stopPoll.

Rules: https://core.telegram.org/bots/api#sendpoll and TDLib's `create_input_message_content`: 1 to 12 options of at
most 100 characters under a question of at most 300. Telegram's servers check the explanation and the end; their words
for that are unverified.
"""

import itertools
from typing import Any

from sandbox.errors import bad
from sandbox.methods.ask import Ask
from sandbox.methods.editing import may_edit
from sandbox.methods.markup import check_for_chat, read_markup
from sandbox.methods.sending import draft_for, send_draft, target_of
from sandbox.polls import MOST_OPTION, MOST_OPTIONS, Option, Poll
from sandbox.text import MAX_CAPTION, Text, parse

MOST_QUESTION = 300
MOST_EXPLANATION = 200
MOST_LINES = 2
SHORTEST, LONGEST = 5, 2_628_000
ONLY_EMOJI = frozenset({"custom_emoji"})
NOT_PLAYED = ("media", "explanation_media")


def send_poll(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#sendpoll; pictures in polls aren't played."""
    for name in NOT_PLAYED:
        if ask.get(name) or any("media" in one for one in ask.params["options"]):
            raise bad(f"parameter {name} of sendPoll is not played here")
    question = _plain(ask.params["question"], ask.get("question_parse_mode"), ask.get("question_entities"))
    texts = [_plain(one["text"], one.get("text_parse_mode"), one.get("text_entities")) for one in ask.params["options"]]
    explanation = parse(ask.get("explanation", ""), ask.get("explanation_parse_mode"), ask.get("explanation_entities"))
    description = parse(ask.get("description", ""), ask.get("description_parse_mode"), ask.get("description_entities"))
    draft = draft_for(ask, Text())
    _check_texts(question, texts, description)
    quiz = ask.get("type", "regular") == "quiz"
    poll = Poll(
        id=ask.world.polls.next_id(),
        owner=ask.bot,
        question=question,
        options=[Option(str(place), text) for place, text in enumerate(texts)],
        kind="quiz" if quiz else "regular",
        anonymous=ask.get("is_anonymous", True),
        several=ask.get("allows_multiple_answers", False),
        revoting=ask.get("allows_revoting", not quiz),
        growing=ask.get("allow_adding_options", False),
        hides_results=ask.get("hide_results_until_closes", False),
        members_only=ask.get("members_only", False),
        closed=ask.get("is_closed", False),
        description=description,
    )
    if quiz:
        _set_quiz(poll, ask, explanation)
    if poll.growing and (quiz or poll.anonymous):
        raise bad("POLL_ADD_ANSWER_NOT_ALLOWED")
    if draft.chat.kind == "channel" and not poll.anonymous:
        raise bad("non-anonymous polls can't be sent to channel chats")
    if draft.chat.kind != "channel" and (poll.members_only or ask.get("country_codes")):
        raise bad("POLL_MEMBERS_ONLY_NOT_ALLOWED")
    _set_end(poll, ask)
    draft.poll = poll
    return send_draft(ask, draft, target_of(ask, draft)).json(ask.bot)


def _plain(raw: str, parse_mode: str | None, given: list[dict[str, Any]] | None) -> Text:
    """Read a question or an option. Only custom emoji are formatted in it."""
    text = parse(raw, parse_mode, given)
    return Text(text.plain, [one for one in text.entities if one.type in ONLY_EMOJI])


def _check_texts(question: Text, options: list[Text], description: Text) -> None:
    if question.blank():
        raise bad("text must be non-empty")
    if len(question.plain) > MOST_QUESTION:
        raise bad("poll question length must not exceed 300")
    if not options:
        raise bad("poll must have at least 1 option")
    if len(options) > MOST_OPTIONS:
        raise bad(f"poll can't have more than {MOST_OPTIONS} options")
    for option in options:
        if option.blank():
            raise bad("text must be non-empty")
        if len(option.plain) > MOST_OPTION:
            raise bad("poll options length must not exceed 100")
    if len({one.plain for one in options}) < len(options):
        raise bad("POLL_OPTION_DUPLICATE")
    if len(description.plain) > MAX_CAPTION:
        raise bad("message caption is too long")


def _set_quiz(poll: Poll, ask: Ask, explanation: Text) -> None:
    correct = ask.get("correct_option_ids") or []
    rising = all(one < other for one, other in itertools.pairwise(correct))
    if not correct or not rising or not all(0 <= one < len(poll.options) for one in correct):
        raise bad("wrong correct option ID specified")
    if len(explanation.plain) > MOST_EXPLANATION or explanation.plain.count("\n") > MOST_LINES:
        raise bad("POLL_EXPLANATION_INVALID")
    poll.correct, poll.explanation = correct, explanation


def _set_end(poll: Poll, ask: Ask) -> None:
    """Set the poll's end, given as a period or an instant: in 5 seconds to a month."""
    now = int(ask.world.clock.now())
    period, date = ask.get("open_period"), ask.get("close_date")
    if period is not None and date is not None:
        raise bad("POLL_CLOSE_DATE_INVALID")
    left = period if period is not None else date - now if date is not None else None
    if left is None or poll.closed:
        return
    if not SHORTEST <= left <= LONGEST:
        raise bad("POLL_CLOSE_DATE_INVALID")
    poll.open_period, poll.close_date = period, now + left


def stop_poll(ask: Ask) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#stoppoll

    Only once, by a bot that may edit the message. It replaces the keyboard.
    """
    markup = read_markup(ask.get("reply_markup"))
    chat = ask.chat()
    message = ask.message(chat, "message with poll to stop not found")
    if message.poll is None:
        raise bad("message is not a poll")
    if message.poll.closed:
        raise bad("poll has already been closed")
    if not may_edit(ask, message):
        raise bad("poll can't be stopped")
    check_for_chat(markup, chat, ask.bot)
    message.markup = markup
    message.keyboard_bot = ask.bot
    ask.world.polls.close(message.poll, ask.bot)
    return message.poll.json(knows=message.knows_answers(ask.bot), whole=False)


METHODS = {"sendPoll": send_poll, "stopPoll": stop_poll}
