"""Owners' templates, rendered by the real process: what they say, what is wrong with them, and that they can't grow."""

import asyncio
import json
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.template_values import values_for
from bot.features.posts.templates import Templates
from bot.outside.owner_templates import PROCESS, OwnerTemplates
from bot.rules.posting import Content, Media, MediaKind, Poll
from bot.rules.posts.templates import (
    FILTERS,
    NAMES,
    BlankEmpty,
    BlankUnknown,
    Broken,
    FilterUnknown,
    Forbidden,
    NoStreamToName,
    PostEmpty,
    PostTooLong,
    SignLoose,
    TagOpen,
    TagStray,
    TagUnknown,
    TemplateBroken,
    TemplateFacts,
    TemplateNotNow,
    TemplateNotPossible,
    TemplatePolicy,
    TemplateTooLong,
    TemplateTooMuch,
    Trouble,
)
from bot.rules.words import Language

POLICY = TemplatePolicy()
ROOT = Path(__file__).parents[3]
STARTING_AND_ENDING = 2
"""Seconds that a busy machine may take to start a process and to end it, which the policy's wait doesn't count."""
FACTS = TemplateFacts(
    language=Language.EN,
    timezone="Asia/Seoul",
    persona="Lumi",
    shop="Silk & <Live>",
    coin="coins",
    day=date(2026, 11, 30),
    season="winter",
    emoji=("🌙", "🎁"),
    stream="Silk night",
    stream_at=datetime(2026, 12, 1, 11, tzinfo=UTC),
    blanks={"price": "39,000 <won>", "item": ""},
    labels={"item": "The new item"},
)
SIGNED = replace(FACTS, sign_off="Yours, Lumi <3")


def templates(policy: TemplatePolicy = POLICY, process: Path = PROCESS) -> Templates:
    """The service with the real renderer."""
    return Templates(OwnerTemplates(policy, process), values_for, policy)


async def said(source: str, facts: TemplateFacts = FACTS) -> Any:
    """The words of a template, or what is wrong with it."""
    made = await templates().render(Content(source, is_template=True), facts)
    return made.text if isinstance(made, Content) else made


async def test_names_stand_for_what_the_shop_is() -> None:
    """Each name is filled in: values are escaped, a stream's time is Telegram's, a place without emoji is empty."""
    told = await said(
        "{{ persona }} of {{ shop }}{{ emoji1 }}{{ emoji2 }}{{ emoji6 }}: {{ coin }}, {{ weekday }} in {{ season }}\n"
        "<b>{{ stream }}</b> {{ stream_time }} for {{ price }}"
    )

    assert told == (
        "Lumi of Silk &amp; &lt;Live&gt;🌙🎁: coins, Monday in winter\n"
        '<b>Silk night</b> <tg-time unix="1796122800" format="wt">Tue 8:00 PM</tg-time> for 39,000 &lt;won&gt;'
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [(Language.KO, "월요일 겨울"), (Language.ZH, "星期一 冬天"), (Language.EN, "Monday winter")],
)
async def test_days_and_seasons_are_in_the_posts_language(language: Language, words: str) -> None:
    """A weekday and a season are words of the shop's language, in output and in comparisons."""
    season = words.split()[1]
    source = "{{ weekday }} {% if season == '" + season + "' %}{{ season }}{% endif %}"

    assert await said(source, replace(FACTS, language=language)) == words


async def test_what_a_stream_isnt_planned_for() -> None:
    """Without a stream `if` takes the other way and `default` its text; showing it is told with its line."""
    none = replace(FACTS, stream=None, stream_at=None)

    assert await said("{% if stream %}{{ stream }}{% else %}See you{% endif %}", none) == "See you"
    assert await said("{{ stream|default('soon') }}", none) == "soon"
    assert await said("Hello\n\nStarts {{ stream_time }}", none) == NoStreamToName(3)


async def test_filters() -> None:
    """Filters change texts, and leave Telegram's times as they are."""
    assert (
        await said("{{ persona|upper }} {{ persona|lower }} {{ coin|capitalize }} {{ 'a '|trim }}")
        == "LUMI lumi Coins a"
    )
    assert "<tg-time unix=" in await said("{{ stream_time|upper }}")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("a\nb\n{{ pirce }}", BlankUnknown(3, "pirce", "price", ("price", "item", *NAMES[:4], *NAMES[9:]))),
        ("{{ zzzzzz }}", BlankUnknown(1, "zzzzzz", None, ("price", "item", *NAMES[:4], *NAMES[9:]))),
        ("a\n{{ shop|uper }}", FilterUnknown(2, "uper", "upper", FILTERS)),
        ("a\n{{ item }}", BlankEmpty(2, "The new item")),
        ("a\n{{ shop", TemplateBroken(2, Broken.BRACES)),
        ("a\n{{ shop }", TemplateBroken(2, Broken.BRACES)),
        ("a\n{% if shop %}\nb\nc", TemplateBroken(2, Broken.IF_OPEN)),
        ("{% if shop %}{% if coin %}\n{% endif %}\nb", TemplateBroken(1, Broken.IF_OPEN)),
        ("a\n\n{% endif %}", TemplateBroken(3, Broken.END_STRAY)),
        ("{% else %}", TemplateBroken(1, Broken.END_STRAY)),
        ("a\n{% wenn shop %}", TemplateBroken(2, Broken.TAG)),
        ("a\n{{ shop shop }}", TemplateBroken(2, Broken.OTHER)),
        ("\n{{ }}", TemplateBroken(2, Broken.OTHER)),
        ("{% for a in shop %}{% endfor %}", TemplateNotPossible(1, Forbidden.LOOP)),
        ("\n{% set a = 1 %}", TemplateNotPossible(2, Forbidden.SET)),
        ("{% macro a() %}{% endmacro %}", TemplateNotPossible(1, Forbidden.MACRO)),
        ("\n\n{{ range(9) }}", TemplateNotPossible(3, Forbidden.CALL)),
        ("{{ shop|default(shop) }}", TemplateNotPossible(1, Forbidden.CALL)),
        ("{% include 'x' %}", TemplateNotPossible(1, Forbidden.INCLUDE)),
        ("{{ shop * 9 }}", TemplateNotPossible(1, Forbidden.SUM)),
        ("{{ shop ~ shop }}", TemplateNotPossible(1, Forbidden.SUM)),
        ("{{ shop.upper }}", TemplateNotPossible(1, Forbidden.PART)),
        ("{{ shop[0] }}", TemplateNotPossible(1, Forbidden.PART)),
        ("{% if shop is defined %}a{% endif %}", TemplateNotPossible(1, Forbidden.OTHER)),
        ("a\n<b>{{ shop }}\nb", TagOpen(2, "b")),
        ("{% if shop %}\n\n<i>{% endif %}\n<b></i>", TagStray(4, "i", "b")),
        ("a\n</b>", TagStray(2, "b", None)),
        ("a\n\n<center>b</center>", TagUnknown(3, "center")),
        ("<span class='big'>b</span>", TagUnknown(1, "span")),
        ("a\nI <3 {{ shop }}", SignLoose(2)),
        ("{% if item %}x{% endif %} \n", PostEmpty()),
        ("가" * 1400, TemplateTooLong(35)),
        ("", PostEmpty()),
        ("{{ shop }}" * 330, PostTooLong(330 * 13 - 4096, 4096, caption=False)),
    ],
)
async def test_what_is_wrong_has_its_line(source: str, problem: object) -> None:
    """Each mistake is told with the line of the source on which it stands."""
    assert await said(source) == problem


async def test_the_sign_off_stands_below() -> None:
    """Below a blank line, escaped; under media too, where the caption's limit counts with it; a poll gets none."""
    photo = Media(MediaKind.PHOTO, "AgAD")
    plain = await templates().render(Content("<b>Hi</b> \n"), SIGNED)
    poll = Content(poll=Poll("Which one?", ("This", "That")))
    long = Content("a" * 1010, media=(photo,))

    assert plain == Content("<b>Hi</b>\n\nYours, Lumi &lt;3")
    assert await templates().render(Content(media=(photo,)), SIGNED) == Content(media=(photo,))
    assert await templates().render(poll, SIGNED) == poll
    assert await templates().render(long, FACTS) == long
    assert await templates().render(long, SIGNED) == PostTooLong(1010 + 16 - 1024, 1024, caption=True)


async def test_words_that_are_no_template_arent_filled_in() -> None:
    """Braces of a post that is no template stay as they are, and its HTML is read all the same."""
    assert await templates().render(Content("{{ shop }} {% 5 %}"), FACTS) == Content("{{ shop }} {% 5 %}")
    assert await templates().render(Content("a\n<b>"), FACTS) == TagOpen(2, "b")


async def test_values_are_no_templates() -> None:
    """What a blank holds is shown as it is: neither worked out nor read as HTML, nor as a mark of lines."""
    hostile = replace(FACTS, blanks={"item": "{{ shop }}<b>\x029\x03{% for %}"})

    assert await said("{{ item }}", hostile) == "{{ shop }}&lt;b&gt;9{% for %}"
    assert await said("a\n\x027\x03{{ item }}<b>", hostile) == TagOpen(2, "b")


@pytest.mark.parametrize("mode", ["strict", "loose"])
async def test_nothing_outgrows_the_renderer(mode: str) -> None:
    """Hostile templates end in bounded time and memory, even where nothing but the process's bounds is left.

    `strict` is the renderer as it is: each of them gets a clear refusal. `loose` has neither list nor sandbox.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.features.posts.hostile_templates", mode),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    out, _ = await process.communicate()
    measured = json.loads(out.splitlines()[-1])

    for source, how, seconds in measured["ended"]:
        assert seconds < POLICY.wait.total_seconds() + STARTING_AND_ENDING, source
        assert mode == "loose" or not how.startswith("text"), source
    assert measured["peak"] <= POLICY.most_memory


async def test_a_process_that_sleeps_is_ended_by_the_clock(tmp_path: Path) -> None:
    """A process that takes neither time nor memory, and doesn't answer, is killed."""
    asleep = tmp_path / "asleep.py"
    asleep.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    began = time.monotonic()

    told = await templates(replace(POLICY, wait=timedelta(seconds=0.5)), asleep).render(
        Content("{{ shop }}", is_template=True), FACTS
    )

    assert told == TemplateTooMuch()
    assert time.monotonic() - began < 5  # far from a minute


async def test_without_a_process_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no process can be started, it is said so."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))

    assert await said("{{ shop }}") == TemplateNotNow()


async def test_renderings_dont_crowd_the_machine() -> None:
    """Of many at once only a few run at a time, and all are rendered."""
    service = templates()
    made = await asyncio.gather(*(service.render(Content("{{ shop }}", is_template=True), FACTS) for _ in range(8)))

    assert {one.text for one in made if isinstance(one, Content)} == {"Silk &amp; &lt;Live&gt;"}
    assert len(made) == 8


def module() -> Any:
    """The code of the process, here."""
    spec = spec_from_file_location("template_process", PROCESS)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


IN_PROCESS = module()
PIECES = st.sampled_from(
    [
        *("{{ ", " }}", "{% if ", " %}", "{% endif %}", "{% else %}", "{% for x in ", "{% endfor %}", "{# ", " #}"),
        *("{% set x = ", "{% macro m() %}", "{% raw %}", "{% endraw %}", "{%- ", " -%}", "{% filter upper %}"),
        *("shop", "stream", "item", "nothing", "1", "99999999", "'a'", "(", ")", "[", "]", "{", "}", "x", "\n", " "),
        *(
            "|upper",
            "|default('a')",
            "|format",
            " ** ",
            " * ",
            " ~ ",
            " == ",
            " and ",
            " not ",
            ".a",
            "(1)",
            " is none",
        ),
        *(" if ", " else ", ", ", "=", "\x02", "é", "<b>", "{% call m() %}", "loop", "self", "caller", "{% block a %}"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_is_written_ends_as_a_text_or_a_trouble(source: str) -> None:
    """Sources put together at random are rendered to a bounded text, or refused with a line that they have."""
    wish = {
        "source": source,
        "names": ["shop", "stream", "item"],
        "filters": FILTERS,
        "values": {"shop": "Silk", "item": "x" * 100},
        "most_output": POLICY.most_output,
    }
    try:
        text = IN_PROCESS.render(wish)
    except IN_PROCESS.Trouble as trouble:
        told = Trouble(trouble.told["trouble"], trouble.told["line"], trouble.told["word"])
        assert told.kind in {"broken", "forbidden", "name", "filter", "empty"}
        assert 1 <= told.line <= source.count("\n") + 1
    else:
        assert len(text) <= len(source) * 110
