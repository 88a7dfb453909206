"""Telegram's HTML, read as strictly as Telegram reads it, and its lengths."""

import html
from html.parser import HTMLParser

MESSAGE = 4096
CAPTION = 1024


class Strict(HTMLParser):
    """Reads Telegram's HTML and complains of what Telegram would refuse or show wrongly."""

    TAGS: dict[str, set[str]] = {  # noqa: RUF012  # a table
        **{tag: set() for tag in ("b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler")},
        "a": {"href"},
        "tg-time": {"unix", "format"},
    }

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.text: list[str] = []
        self.links = 0
        self._open: list[str] = []
        self.feed(source)
        self.close()
        if self._open:
            raise ValueError(f"never closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only Telegram's tags and their attributes; nothing inside `code`."""
        named = {name for name, _ in attrs}
        if tag == "blockquote":
            named -= {"expandable"}
        if tag not in self.TAGS or named != self.TAGS[tag]:
            raise ValueError(f"not Telegram's: <{tag} {attrs}>")
        if "code" in self._open or tag in self._open:
            raise ValueError(f"<{tag}> inside {self._open}")
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """No self-closing tags."""
        raise ValueError(f"<{tag}/> {attrs}")

    def handle_endtag(self, tag: str) -> None:
        """Closes what was opened last."""
        if not self._open or self._open.pop() != tag:
            raise ValueError(f"</{tag}> doesn't fit")

    def handle_data(self, data: str) -> None:
        """Text must be escaped."""
        if any(sign in data for sign in "<>&"):
            raise ValueError(f"not escaped: {data[:80]}")
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        """Telegram knows four named entities."""
        if name not in {"lt", "gt", "amp", "quot"}:
            raise ValueError(f"&{name};")
        self.text.append(html.unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        """Any numeric entity."""
        self.text.append(html.unescape(f"&#{name};"))

    def handle_comment(self, data: str) -> None:
        """No comments."""
        raise ValueError(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        """No declarations."""
        raise ValueError(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        """No processing instructions."""
        raise ValueError(f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        """No marked sections."""
        raise ValueError(f"<![{data}")


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2
