"""Gifts, the fans' side: choose one, send it into a chat, open one that a friend sent."""

import contextlib
from dataclasses import replace
from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import ChosenInlineResult, InlineQuery

from bot.content import Words
from bot.content.buttons.gifts import GIFT
from bot.features.gifts.openings import FoundGift
from bot.features.gifts.sharing import Sendable
from bot.handlers.gifts.services import GiftServices
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.logs import get_logger
from bot.rules.gifts.cards import ASK, START, GiftCard, NoCardYet, OfferGone
from bot.rules.gifts.openings import BackWithGift, GiftGone, GiftOpened, GiftOpenedOutside, InsideWithGift, OwnGift
from bot.rules.numbers import read_number
from bot.rules.ways_in import SOURCE_OF_GIFTS
from bot.rules.words import Language, reader_language
from bot.store.sources import FoundSource
from bot.telegram.ask import Ask
from bot.telegram.calls import Outbound
from bot.telegram.pacer import HeldError
from bot.telegram.replies import Voice

log = get_logger("gifts")

GIFT_WORDS = ("선물", "선물하기", "친구에게 선물하기", "转赠", "转赠好友", "送好友", "gift", "gift a friend")


def setup() -> Desk:
    """Commands, words, buttons, links and inline queries of fans' gifts."""
    desk = Desk("gifts")
    desk.command("gift", gift)
    desk.word(GIFT_WORDS, gift)
    desk.press(GIFT, chosen_gift)
    desk.opening(ASK, came_to_choose)
    desk.opening(START, opened)
    desk.inline_query.register(asked_inline)
    desk.chosen_inline_result.register(shared)
    return desk


async def gift(ask: Ask, doors: Doors, voice: Voice, gifts: GiftServices) -> None:
    """`/gift`: which one shall it be? Where there is only the plain invitation, here it is."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    choice = await gifts.cards.choice(inside.act)
    if len(choice.options) > 1:
        await voice.answer(inside, choice)
        return
    made = await gifts.cards.make(inside.act, 0)
    await _answer(replace(inside, panel_id=None), made, voice, gifts)


async def came_to_choose(
    ask: Ask,
    doors: Doors,
    voice: Voice,
    gifts: GiftServices,
) -> None:
    """The list of an inline query led here: the chat is open from now on, and a gift is chosen in it."""
    known = await gifts.communities.started(ask.sender, can_write=True, at=ask.at)
    here = replace(ask, place=ask.place or known.place, can_write=True)
    await gift(here, doors, voice, gifts)


async def chosen_gift(ask: Ask, rest: str, doors: Doors, voice: Voice, gifts: GiftServices) -> None:
    """A gift was chosen. Its data may be forged: the offer must be this community's."""
    if not rest:
        await gift(ask, doors, voice, gifts)
        return
    inside = await doors.fan(ask)
    if inside is None:
        return
    offer_id = read_id(rest)
    if offer_id is None:
        await voice.answer(inside, OfferGone())
        return
    made = await gifts.cards.make(inside.act, offer_id)
    await _answer(inside, made, voice, gifts)


async def _answer(ask: Ask, outcome: Any, voice: Voice, gifts: GiftServices) -> None:
    """In private a card lives on by edits; in the group it is whispered as it stands."""
    if isinstance(outcome, GiftCard) and ask.private:
        message_id = await voice.panel(ask, outcome)
        if message_id is not None:
            await gifts.cards.note_message(ask.community, outcome.gift_id, ask.chat_id, message_id, gifts.clock.now())
        return
    await voice.answer(ask, outcome)


async def opened(
    ask: Ask,
    rest: str,
    voice: Voice,
    gifts: GiftServices,
) -> None:
    """A card's link was opened in private: what it is, from whom, and the way in."""
    await gifts.communities.started(ask.sender, can_write=True, at=ask.at)
    found = await gifts.cards.find(rest, ask.at)
    if found is None:
        await voice.answer(ask, GiftGone())
        return
    here = ask.within(found.place)
    if found.giver_user_id == ask.sender.user_id:
        await gifts.communities.turn_to(ask.sender.user_id, found.place)
        await voice.answer(here, OwnGift())
        return
    inside = await gifts.ways.inside(FoundSource(0, SOURCE_OF_GIFTS, found.place), ask.sender.user_id)
    opening = await gifts.cards.open(found, here.act, inside=inside)
    if inside:
        await gifts.communities.turn_to(ask.sender.user_id, found.place)
        await voice.answer(here, InsideWithGift(found.giver))
        return
    source = FoundSource(opening.source_id, SOURCE_OF_GIFTS, found.place)
    gifts.communities.forget_person(ask.sender.user_id)
    open_doors, closed = await gifts.ways.doors(source, gifts.clock.now())
    await voice.answer(here, _describe(found, open_doors, gifts, outsider=opening.outsider))
    if closed and not open_doors:
        await gifts.ways.hint(found.place, closed, gifts.clock.now())


def _describe(found: FoundGift, doors: Any, gifts: GiftServices, *, outsider: bool) -> Any:
    policy = gifts.cards.policy
    if not doors:
        return GiftOpenedOutside(found.giver, policy.attribution.days)
    if not outsider:
        return BackWithGift(found.giver, doors)
    return GiftOpened(
        found.giver, found.title, found.kind, found.coins, policy.friend_joined, policy.friend_stayed, doors
    )


async def asked_inline(query: InlineQuery, gifts: GiftServices, words: Words, out: Outbound) -> None:
    """In some chat a giver is about to send a card: their own cards, for their eyes only, or the way to one."""
    person = query.from_user
    cards = await gifts.cards.list_sendable(person.id, card_in(query.query.strip()), gifts.clock.now())
    known = await gifts.communities.reader(person.id)
    fallback = known.place.language if known.place is not None else Language.EN
    language = reader_language(known.language, person.language_code, fallback)
    button = None
    if not cards:
        button = {"text": words.short(NoCardYet(), known.place, language), "start_parameter": ASK}
    # Somebody typed on, so this query is over; or it can't be answered now, and they type again.
    with contextlib.suppress(TelegramBadRequest, HeldError):
        await out.call(
            "answerInlineQuery",
            inline_query_id=query.id,
            results=[_result(card, words, language, out) for card in cards],
            cache_time=0,
            is_personal=True,
            button=button,
        )


def _result(card: Sendable, words: Words, language: Language, out: Outbound) -> dict[str, Any]:
    """A card as Telegram shows it before it is sent: its short words' first line is the title."""
    said = words.say(card.message, card.place, language)
    title, _, description = (said.short or "").partition("\n")
    return {
        "type": "article",
        "id": f"g{card.gift_id}",
        "title": title,
        "description": description,
        "input_message_content": {
            "message_text": said.html,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        },
        "reply_markup": out.keyboard(said.buttons),
    }


async def shared(result: ChosenInlineResult, cause: str, gifts: GiftServices) -> None:
    """A card went into some chat: which one, nobody tells a bot."""
    card = card_in(result.result_id)
    if card is not None:
        await gifts.cards.note_shared(result.from_user.id, card, gifts.clock.now(), cause)
        log.info("gift_shared", user=result.from_user.id)


def card_in(text: str) -> int | None:
    """Which card a query or a result of inline mode names (`g12`), or None; anybody can type it."""
    return read_number(text[1:]) if text.startswith("g") else None
