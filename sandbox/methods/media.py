"""Albums, and the files that only one method sends: music, voice and video notes, stickers.

Rules: https://core.telegram.org/bots/api#sendmediagroup and TDLib's `check_message_group_message_contents`. All
captions are read before the chat is looked up, all files after it. Nothing is sent unless everything can be sent.
"""

from dataclasses import dataclass, replace
from typing import Any

from sandbox.errors import bad
from sandbox.files import StoredFile
from sandbox.methods.ask import Ask
from sandbox.methods.sending import (
    check_permitted,
    display_flags,
    draft_for,
    file_of,
    file_sender,
    send_draft,
    with_attributes,
)
from sandbox.text import Text, check_caption, parse

MOST_IN_ALBUM = 10
ALONE = ("document", "audio")
"""Kinds that can't be mixed with others in an album. Photos and videos can be mixed."""
METHOD_OF = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "document": "sendDocument",
    "audio": "sendAudio",
    "animation": "sendAnimation",
    "voice": "sendVoice",
    "video_note": "sendVideoNote",
    "sticker": "sendSticker",
}


@dataclass(slots=True)
class Item:
    """One file of an album, as the call gives it, with its caption."""

    given: dict[str, Any]
    caption: Text

    @property
    def kind(self) -> Any:
        """Its kind: photo, video, document or audio."""
        return self.given["type"]


def send_media_group(ask: Ask) -> list[dict[str, Any]]:
    """https://core.telegram.org/bots/api#sendmediagroup; one item is sent as an ordinary message.

    How an album counts for the flood limits is unverified. Here it counts as one message for the second, and as all
    its messages for the minute.
    """
    items = [_read(ask, one) for one in ask.params["media"]]
    draft = draft_for(ask, Text())
    if not items:
        raise bad("there are no messages to send")
    if len(items) > MOST_IN_ALBUM:
        raise bad("too many messages to send as an album")
    files = [_file(ask, one) for one in items]
    _check_mixture(items)
    for item in items:
        check_permitted(ask, draft.chat, METHOD_OF[item.kind])
    for place in range(len(items)):
        ask.spend(draft.chat, edit=place > 0)
    group = {"media_group_id": ask.world.next_album_id()} if len(items) > 1 else {}
    sent = []
    for item, file in zip(items, files, strict=True):
        extra = draft.extra | group | display_flags(item.given)
        sent.append(send_draft(ask, replace(draft, content=item.caption, file=file, extra=extra), counted=True))
    return [one.json(ask.bot) for one in sent]


def _read(ask: Ask, given: dict[str, Any]) -> Item:
    if given["type"] == "live_photo":
        raise bad('can\'t parse InputMedia: type "live_photo" is not played here')
    name = given["media"].removeprefix("attach://") if isinstance(given["media"], str) else ""
    if not given["media"] or (given["media"] != name and name not in ask.uploads):
        raise bad("can't parse InputMedia: media not found")
    caption = parse(given.get("caption", ""), given.get("parse_mode"), given.get("caption_entities"))
    return Item(given, Text() if caption.plain.strip() == "" else caption)


def _file(ask: Ask, item: Item) -> StoredFile:
    file = with_attributes(file_of(ask, item.kind, item.given["media"]), item.given)
    check_caption(item.caption)
    return file


def _check_mixture(items: list[Item]) -> None:
    kinds = [one.kind for one in items]
    for kind in ALONE:
        if kind in kinds and set(kinds) != {kind}:
            raise bad(f"{kind} can't be mixed with other media types")
    above = {bool(one.given.get("show_caption_above_media")) for one in items if one.kind not in ALONE}
    if len(above) > 1:
        raise bad("parameter show_caption_above_media must be the same for all messages")


METHODS = {
    "sendMediaGroup": send_media_group,
    "sendAudio": file_sender("audio"),
    "sendVoice": file_sender("voice"),
    "sendVideoNote": file_sender("video_note"),
    "sendSticker": file_sender("sticker"),
}
