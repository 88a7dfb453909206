"""Templates that owners write for their posts: what can stand in them, how large they may be, and what can be wrong.

A template is Jinja2's: `{{ shop }}`, `{% if stream %}…{% endif %}`. `bot/outside/owner_templates.py` renders it in a
process of its own; this file decides what the owner hears.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum

from bot.rules.outcome import Outcome
from bot.rules.posting import Content
from bot.rules.words import Language

PERSONA, SHOP, COIN, STREAM, STREAM_TIME, SEASON, WEEKDAY = (
    *("persona", "shop", "coin", "stream", "stream_time", "season", "weekday"),
)
EMOJI = tuple(f"emoji{place}" for place in range(1, 7))
"""The persona's emoji by position. A position that isn't filled is empty text."""
NAMES = (PERSONA, SHOP, COIN, *EMOJI, STREAM, STREAM_TIME, SEASON, WEEKDAY)
"""What every template can name, beside the blanks of its post."""
FILTERS = ("upper", "lower", "capitalize", "trim", "default")
"""What can stand behind a bar: `{{ shop|upper }}`."""
LIKE = 0.6
"""How alike two names must be, from 0 to 1, so that one is offered for the other."""
MARK, END_OF_MARK = "\x02", "\x03"
"""Between these the renderer writes the line of the source from which the next characters come."""


@dataclass(frozen=True, slots=True)
class TemplatePolicy:
    """How large a template may be, and what one rendering may take."""

    most_source: int = 4096
    """Bytes of a template's source, in UTF-8."""
    most_output: int = 32_768
    """Characters that a rendering may give, with tags. Telegram's own limit is far below and is checked after it."""
    cpu_seconds: int = 2
    """Processor time of one rendering, the start of its process included."""
    most_memory: int = 192 << 20
    """Bytes of address space of the process that renders."""
    wait: timedelta = timedelta(seconds=8)
    """How long one rendering may take by the clock, its turn not counted."""
    at_once: int = 2
    """Renderings at the same time."""
    most_text: int = 4096
    """Characters of a message, as Telegram counts them: without tags."""
    most_caption: int = 1024
    """Characters below a picture, a video or a file."""


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What a template's names stand for."""

    language: Language
    timezone: str
    persona: str
    shop: str
    coin: str
    day: date
    """The local day on which the post is sent."""
    season: str
    """`spring`, `summer`, `autumn` or `winter`."""
    emoji: tuple[str, ...] = ()
    sign_off: str = ""
    stream: str | None = None
    """Title of the next stream; None if none is planned."""
    stream_at: datetime | None = None
    blanks: Mapping[str, str] = field(default_factory=dict)
    """What staff filled in, by the blank's name. An empty text is a blank that isn't filled."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What blanks ask for, in words of the language."""


class Broken(StrEnum):
    """How the source can't be read. The values stand in words."""

    BRACES = "braces"
    """`{{` without `}}`, or `{%` without `%}`."""
    IF_OPEN = "if_open"
    """`{% if %}` without `{% endif %}`."""
    END_STRAY = "end_stray"
    """`{% endif %}` or `{% else %}` without `{% if %}`."""
    TAG = "tag"
    """A word after `{%` that there isn't."""
    OTHER = "other"


class Forbidden(StrEnum):
    """What Jinja2 has and our templates don't. The values stand in words."""

    LOOP = "loop"
    SET = "set"
    MACRO = "macro"
    CALL = "call"
    INCLUDE = "include"
    SUM = "sum"
    """Reckoning, and texts joined by a sign."""
    PART = "part"
    """A part of a value: a dot, or square brackets."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TemplateTooLong(Outcome, name="posts.TemplateTooLong"):
    """The source is too large."""

    over: int
    """How many characters must go from its end."""


@dataclass(frozen=True, slots=True)
class TemplateBroken(Outcome, name="posts.TemplateBroken"):
    """The source can't be read from this line on."""

    line: int
    what: Broken


@dataclass(frozen=True, slots=True)
class TemplateNotPossible(Outcome, name="posts.TemplateNotPossible"):
    """The source asks for something that a post's template can't do."""

    line: int
    what: Forbidden


@dataclass(frozen=True, slots=True)
class BlankUnknown(Outcome, name="posts.BlankUnknown"):
    """The source names a blank that there isn't."""

    line: int
    word: str
    nearest: str | None
    """The name that was likely meant."""
    names: tuple[str, ...]
    """All that can be named."""


@dataclass(frozen=True, slots=True)
class FilterUnknown(Outcome, name="posts.FilterUnknown"):
    """Behind a bar stands a word that there isn't."""

    line: int
    word: str
    nearest: str | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlankEmpty(Outcome, name="posts.BlankEmpty"):
    """The source shows a blank that nobody filled."""

    line: int
    label: str
    """What the blank asks for, in words; its name if it has none."""


@dataclass(frozen=True, slots=True)
class NoStreamToName(Outcome, name="posts.NoStreamToName"):
    """The source shows the next stream, and none is planned."""

    line: int


@dataclass(frozen=True, slots=True)
class TemplateTooMuch(Outcome, name="posts.TemplateTooMuch"):
    """Rendering took too long, too much memory, or gave too much."""


@dataclass(frozen=True, slots=True)
class TemplateNotNow(Outcome, name="posts.TemplateNotNow"):
    """The machine couldn't start the process that renders."""


@dataclass(frozen=True, slots=True)
class TagUnknown(Outcome, name="posts.TagUnknown"):
    """The text has a tag that Telegram doesn't know, or that lacks something."""

    line: int
    tag: str


@dataclass(frozen=True, slots=True)
class TagOpen(Outcome, name="posts.TagOpen"):
    """A tag is never closed."""

    line: int
    tag: str


@dataclass(frozen=True, slots=True)
class TagStray(Outcome, name="posts.TagStray"):
    """A closing tag stands where another, or none, must be closed."""

    line: int
    tag: str
    expected: str | None
    """The tag that is open there; None if none is."""


@dataclass(frozen=True, slots=True)
class SignLoose(Outcome, name="posts.SignLoose"):
    """A `<` begins no tag: Telegram wants it as `&lt;`."""

    line: int


@dataclass(frozen=True, slots=True)
class PostTooLong(Outcome, name="posts.PostTooLong"):
    """The text is too long for one message, the sign-off included."""

    over: int
    """How many characters too many."""
    most: int
    caption: bool
    """Whether it stands below a picture, a video or a file."""


@dataclass(frozen=True, slots=True)
class PostEmpty(Outcome, name="posts.PostEmpty"):
    """Nothing is left to send."""


TemplateProblem = (
    TemplateTooLong
    | TemplateBroken
    | TemplateNotPossible
    | BlankUnknown
    | FilterUnknown
    | BlankEmpty
    | NoStreamToName
    | TemplateTooMuch
    | TemplateNotNow
    | TagUnknown
    | TagOpen
    | TagStray
    | SignLoose
    | PostTooLong
    | PostEmpty
)
"""Why a post can't be rendered: `Templates.render` gives a `Content` or one of these."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the renderer found wrong with a source, before it is put into words."""

    kind: str
    """`broken`, `forbidden`, `name`, `filter`, `empty`, `too_much` or `away`."""
    line: int = 1
    word: str = ""
    """The name, the filter, a `Broken` or a `Forbidden`."""


def source_problem(source: str, policy: TemplatePolicy) -> TemplateTooLong | None:
    """Whether the source is larger than allowed."""
    encoded = source.encode()
    if len(encoded) <= policy.most_source:
        return None
    kept = encoded[: policy.most_source].decode(errors="ignore")
    return TemplateTooLong(len(source) - len(kept))


def needs_rendering(content: Content) -> bool:
    """Whether the text holds anything that a renderer must fill in."""
    return content.is_template and "{" in content.text


def problem_of(trouble: Trouble, facts: TemplateFacts) -> TemplateProblem:
    """The renderer's trouble as an outcome."""
    names, line, word = (*facts.blanks, *NAMES), trouble.line, trouble.word
    problem: TemplateProblem = TemplateTooMuch()
    match trouble.kind:
        case "broken":
            problem = TemplateBroken(line, Broken(word))
        case "forbidden":
            problem = TemplateNotPossible(line, Forbidden(word))
        case "name":
            problem = BlankUnknown(line, word, nearest_name(word, names), _shown(names))
        case "filter":
            problem = FilterUnknown(line, word, nearest_name(word, FILTERS), FILTERS)
        case "empty":
            no_stream = word in {STREAM, STREAM_TIME} and word not in facts.blanks
            problem = NoStreamToName(line) if no_stream else BlankEmpty(line, facts.labels.get(word, word))
        case "away":
            problem = TemplateNotNow()
    return problem


def nearest_name(word: str, names: Iterable[str]) -> str | None:
    """The name that is most like a word; None if none is like it."""
    alike = {name: SequenceMatcher(None, word.casefold(), name.casefold()).ratio() for name in names}
    best = max(alike, key=alike.__getitem__, default=None)
    return best if best is not None and alike[best] >= LIKE else None


def _shown(names: Iterable[str]) -> tuple[str, ...]:
    """The names as they are listed for a person: of the emoji only the first."""
    return tuple(name for name in names if name not in EMOJI[1:])


def with_sign_off(text: str, sign_off: str) -> str:
    """The text with the persona's sign-off below it. `sign_off` is plain text, `text` is HTML."""
    signed = sign_off.strip()
    if not signed or not text.strip():
        return text
    escaped = signed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{text.rstrip()}\n\n{escaped}"
