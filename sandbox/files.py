"""Files that people and bots sent, and the ids by which each bot knows them."""

import base64
import hashlib
import zlib
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.accounts import Bot

FileKind = Literal["document", "photo", "video", "animation", "audio", "voice", "video_note", "sticker"]
FOLDERS = {
    "document": "documents",
    "photo": "photos",
    "video": "videos",
    "animation": "animations",
    "audio": "music",
    "voice": "voice",
    "video_note": "video_notes",
    "sticker": "stickers",
}
MOST_PIXELS = 10_000
MOST_SECONDS = 86_400
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "video": {"width": 1280, "height": 720, "duration": 1},
    "animation": {"width": 1280, "height": 720, "duration": 1},
    "audio": {"duration": 1, "performer": "", "title": ""},
    "voice": {"duration": 1},
    "video_note": {"length": 240, "duration": 1},
    "sticker": {"emoji": ""},
}
"""The attributes that a sender can give each kind of file, with their defaults."""
STICKER: dict[str, Any] = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
CAPTIONED = frozenset({"photo", "video", "animation", "audio", "document", "voice"})
"""Kinds that can have a caption."""
NAMELESS = frozenset({"voice", "video_note", "sticker"})
PHOTO_SIDE = 800
"""The side of a picture whose size can't be read, in pixels."""
LARGEST_SIDE = 2560
FILM = b"ftyp"
"""The first box of an MPEG-4 or QuickTime file, after its length."""
MP3 = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
FORMATS: dict[str, tuple[tuple[bytes, ...], bool]] = {
    "video": ((b"\x1aE\xdf\xa3",), True),
    "animation": ((b"GIF8",), True),
    "audio": (MP3, True),
    "voice": ((b"OggS", *MP3), True),
}
"""The first bytes that a file of each kind may have, and whether it may be an MPEG-4 file too."""
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
PNG_HEAD = 24
BLANK_SIDE = 64


@dataclass(frozen=True, slots=True)
class Document:
    """A file that a person sends: its name, its bytes and its declared MIME type."""

    name: str
    content: bytes
    mime: str = "application/octet-stream"


@dataclass(slots=True, eq=False)
class StoredFile:
    """A file on the server. Each bot gets an id of its own for it."""

    number: int
    kind: FileKind
    name: str
    mime: str
    content: bytes = field(repr=False)
    attributes: dict[str, Any] | None = field(default=None, repr=False)
    """The attributes that its first sender gave it: duration, width, performer. Later senders can't change them."""

    @property
    def unique_id(self) -> str:
        """The same for every bot (https://core.telegram.org/bots/api#document, `file_unique_id`)."""
        return "AgAD" + hashlib.blake2s(str(self.number).encode(), digest_size=9).hexdigest()

    @property
    def path(self) -> str:
        """The `file_path` that getFile returns."""
        ending = self.name.rsplit(".", 1)[-1] if "." in self.name else "bin"
        return f"{FOLDERS[self.kind]}/file_{self.number}.{ending}"

    def id_for(self, bot: Bot | None) -> str:
        """The file id that this bot gets."""
        plain = f"{bot.id if bot else 0}:{self.number}:{self.unique_id}"
        return "BQAC" + base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    def json(self, bot: Bot | None) -> dict[str, Any]:
        """The fields of a Message that describe this file."""
        one: dict[str, Any] = {
            "file_id": self.id_for(bot),
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
        }
        if self.kind == "photo":
            width, height = size_of(self.content)
            most = max(width, height, LARGEST_SIDE)
            return {"photo": [one | {"width": width * LARGEST_SIDE // most, "height": height * LARGEST_SIDE // most}]}
        said = self.attributes if self.attributes is not None else ATTRIBUTES.get(self.kind, {})
        one |= {name: value for name, value in said.items() if value != ""}
        if self.kind == "sticker":
            one |= STICKER
        elif self.kind != "video_note":
            one |= {"mime_type": self.mime}
        if self.kind not in NAMELESS:
            one |= {"file_name": self.name}
        return {self.kind: one} | ({"document": one} if self.kind == "animation" else {})


def attributes_of(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """The attributes that a call gives a new file. Pixels and seconds are limited as the Bot API server does."""
    said = {name: given.get(name, usual) for name, usual in ATTRIBUTES.get(kind, {}).items()}
    for name in ("width", "height", "length"):
        if name in said:
            said[name] = min(max(int(said[name]), 0), MOST_PIXELS)
    if "duration" in said:
        said["duration"] = min(max(int(said["duration"]), 0), MOST_SECONDS)
    return said


def blank_picture() -> bytes:
    """A small grey PNG, where a picture is needed and its content doesn't matter."""
    rows = b"".join(b"\0" + b"\xd5" * BLANK_SIDE for _ in range(BLANK_SIDE))
    size = BLANK_SIDE.to_bytes(4, "big")
    parts = ((b"IHDR", size + size + b"\x08\0\0\0\0"), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def kind_of_upload(kind: FileKind, content: bytes) -> FileKind:
    """The kind of file that an upload becomes. Bytes that don't fit the method's kind are sent as a document.

    https://core.telegram.org/bots/api#sendvideo says so of videos that aren't MPEG-4, and other methods say the like of
    animations, music and voice. For other bytes this is unverified.
    """
    starts, boxed = FORMATS.get(kind, ((), False))
    if not starts or content.startswith(starts) or (boxed and content[4:8] == FILM):
        return kind
    return "document"


def is_picture(content: bytes) -> bool:
    """Whether Telegram accepts the bytes as a photo: by its first bytes a PNG, JPEG, GIF or WebP."""
    return content.startswith(PICTURES)


def size_of(content: bytes) -> tuple[int, int]:
    """A picture's width and height, read from a PNG's head."""
    if content.startswith(PICTURES[0]) and len(content) >= PNG_HEAD:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    return PHOTO_SIDE, PHOTO_SIDE


def number_of(file_id: str, bot: Bot) -> int | None:
    """The number of the file behind a file id; None if the id isn't one of this bot's."""
    try:
        padded = file_id.removeprefix("BQAC") + "=" * (-len(file_id.removeprefix("BQAC")) % 4)
        owner, number, _ = base64.urlsafe_b64decode(padded).decode().split(":")
    except ValueError:
        return None
    return int(number) if owner == str(bot.id) and number.isdigit() else None
