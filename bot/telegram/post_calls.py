"""A post as calls of the Bot API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.rules.posting import Content, LinkButton, Media, MediaKind
from bot.rules.posts.limits import links_line
from bot.telegram.answers import message_id_of
from bot.telegram.calls import Outbound

_METHODS = {
    MediaKind.PHOTO: "sendPhoto",
    MediaKind.VIDEO: "sendVideo",
    MediaKind.ANIMATION: "sendAnimation",
    MediaKind.DOCUMENT: "sendDocument",
}
Row = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Posted:
    """The messages that a post became."""

    ids: tuple[int, ...]
    """The message; for an album all of its messages. Empty: Telegram didn't tell."""
    poll_id: str | None = None


async def send_content(
    out: Outbound,
    chat_id: int,
    content: Content,
    *,
    channel: bool,
    thread_id: int | None = None,
    rows: Sequence[Row] = (),
) -> Posted:
    """Send a post to one chat, in a topic if one is named. `rows` of buttons stand below its own; an album takes none.

    Raises:
        HeldError: the call can't leave within two seconds.
        TelegramAPIError: Telegram refused it.
    """
    name, parameters = _call_for(content, channel=channel)
    if len(content.media) < 2:  # noqa: PLR2004  # an album is two or more
        parameters["reply_markup"] = keyboard_of(content.buttons, rows)
    sent = await out.call(name, chat_id=chat_id, message_thread_id=thread_id, **parameters)
    messages = sent if isinstance(sent, list) else [sent]
    ids = [message_id_of(message) for message in messages]
    poll = sent.get("poll") if isinstance(sent, dict) else None
    poll_id = poll.get("id") if isinstance(poll, dict) else None
    known = tuple(number for number in ids if number is not None)
    return Posted(known if len(known) == len(ids) else (), poll_id if isinstance(poll_id, str) else None)


async def edit_content(
    out: Outbound, chat_id: int, message_id: int, content: Content, rows: Sequence[Row] = ()
) -> None:
    """Bring a post's message up to date: its words, and its picture if it is no album.

    Raises:
        HeldError: the call can't leave within two seconds.
        TelegramAPIError: Telegram refused it.
    """
    where = {"chat_id": chat_id, "message_id": message_id}
    if len(content.media) > 1:
        caption = content.text + links_line(content)
        await out.call("editMessageCaption", **where, caption=caption, parse_mode="HTML", **_above(content))
        return
    markup = keyboard_of(content.buttons, rows)
    if content.media:
        (media,) = content.media
        item = _item(media, content, content.text)
        await out.call("editMessageMedia", **where, media=item, reply_markup=markup)
        return
    await out.call("editMessageText", **where, text=content.text, parse_mode="HTML", reply_markup=markup)


def keyboard_of(buttons: Sequence[LinkButton], rows: Sequence[Row] = ()) -> dict[str, Any] | None:
    """The keyboard with a row for each link, and further rows below them; None without buttons."""
    links = [[{"text": button.text, "url": button.url}] for button in buttons]
    all_rows = [*links, *rows]
    return {"inline_keyboard": all_rows} if all_rows else None


def _call_for(content: Content, *, channel: bool) -> tuple[str, dict[str, Any]]:
    if content.poll is not None:
        return "sendPoll", {
            "question": content.poll.question,
            "options": [{"text": option} for option in content.poll.options],
            "is_anonymous": channel,  # in channels polls are always anonymous
            "allows_multiple_answers": content.poll.several,
        }
    if len(content.media) > 1:
        caption = content.text + links_line(content)
        first, *others = content.media
        return "sendMediaGroup", {
            "media": [_item(first, content, caption), *(_item(media, content, "") for media in others)]
        }
    if content.media:
        (media,) = content.media
        given = {name: value for name, value in _item(media, content, content.text).items() if name != "type"}
        return _METHODS[media.kind], {media.kind.value: given.pop("media"), **given}
    return "sendMessage", {"text": content.text, "parse_mode": "HTML"}


def _item(media: Media, content: Content, caption: str) -> dict[str, Any]:
    """A picture or a file as the Bot API's `InputMedia`."""
    item: dict[str, Any] = {"type": media.kind.value, "media": media.file_id}
    if caption:
        item |= {"caption": caption, "parse_mode": "HTML"}
    if media.kind is not MediaKind.DOCUMENT:
        item |= _above(content)
        if media.spoiler:
            item["has_spoiler"] = True
    return item


def _above(content: Content) -> dict[str, bool]:
    return {"show_caption_above_media": True} if content.under_media else {}
