"""Renders posts: fills templates in, adds the persona's sign-off, and finds what Telegram would refuse.

It is done before a transaction, never inside one: a template is rendered by a process of its own.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from bot.outside.owner_templates import OwnerTemplates, Value
from bot.rules.posting import Content
from bot.rules.posts.markup import Fault, Wrong, find_fault, visible_text
from bot.rules.posts.templates import (
    END_OF_MARK,
    MARK,
    PostEmpty,
    PostTooLong,
    SignLoose,
    TagOpen,
    TagStray,
    TagUnknown,
    TemplateFacts,
    TemplatePolicy,
    TemplateProblem,
    Trouble,
    needs_rendering,
    problem_of,
    source_problem,
    with_sign_off,
)

Values = Callable[[TemplateFacts], Mapping[str, Value | None]]
"""(facts) → what each name of a template stands for: `content/template_values.values_for`."""
_MARKED = re.compile(f"{MARK}([0-9]+){END_OF_MARK}")


class Templates:
    """Makes of a post what is sent."""

    def __init__(self, renderer: OwnerTemplates, values: Values, policy: TemplatePolicy) -> None:
        self._renderer = renderer
        self._values = values
        self._policy = policy

    async def render(self, content: Content, facts: TemplateFacts) -> Content | TemplateProblem:
        """The content as it is sent, with the sign-off below its words; or what is wrong with it, as an outcome."""
        if content.is_template and (problem := source_problem(content.text, self._policy)) is not None:
            return problem
        marked = content.text
        if needs_rendering(content):
            told = await self._renderer.render(content.text, self._values(facts))
            if isinstance(told, Trouble):
                return problem_of(told, facts)
            marked = told
        return self._finish(content, _Lines.read(marked), facts.sign_off)

    def _finish(self, content: Content, read: "_Lines", sign_off: str) -> Content | TemplateProblem:
        """Check the words, and sign them. A poll has no words of its own, so nothing stands below it."""
        fault = find_fault(read.text)
        if fault is not None:
            return _told(fault, read.line_at(fault.at))
        if content.poll is not None:
            return replace(content, text=read.text.strip(), is_template=False)
        text = with_sign_off(read.text.strip(), sign_off)
        length = len(visible_text(text).strip())
        if not length and not content.media:
            return PostEmpty()
        most = self._policy.most_caption if content.media else self._policy.most_text
        if length > most:
            return PostTooLong(length - most, most, caption=bool(content.media))
        return replace(content, text=text, is_template=False)


@dataclass(frozen=True, slots=True)
class _Lines:
    """A rendered text, and from which line of the source its parts come."""

    text: str
    places: tuple[int, ...]
    """Where in the text a part begins, in characters."""
    numbers: tuple[int, ...]
    """The line on which that part begins in the source."""

    @classmethod
    def read(cls, marked: str) -> Self:
        """Take the marks out of a rendered text."""
        parts = _MARKED.split(marked)
        text, places, numbers = parts[0], [0], [1]
        for number, part in zip(parts[1::2], parts[2::2], strict=True):
            places.append(len(text))
            numbers.append(int(number))
            text += part
        return cls(text, tuple(places), tuple(numbers))

    def line_at(self, at: int) -> int:
        """The line of the source from which the character at this place comes."""
        part = bisect_right(self.places, at) - 1
        return self.numbers[part] + self.text.count("\n", self.places[part], at)


def _told(fault: Fault, line: int) -> TemplateProblem:
    match fault.wrong:
        case Wrong.SIGN:
            return SignLoose(line)
        case Wrong.UNKNOWN:
            return TagUnknown(line, fault.tag)
        case Wrong.OPEN:
            return TagOpen(line, fault.tag)
    return TagStray(line, fault.tag, fault.expected)
