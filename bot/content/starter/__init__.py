"""Reads the starter shelf: `ko.toml`, `zh.toml` and `en.toml` beside this file, 40 posts each.

    [[post]]
    key = "arrivals-01"      # the same in each language; it never changes
    pillar = "arrivals"      # of rules/pillars.py
    season = "winter"        # optional
    text = '''New on the rail: <b>{{ item }}</b>'''      # a template: rules/posts/templates.py says what it can name
    [post.blanks.item]       # what only the shop knows
    label = "The new item"
    example = "Ivory knit cardigan"

A question to fans has `question` and `options` in place of `text`, and `several = true` where more than one may be
chosen.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.rules.posting import Content, Poll
from bot.rules.posts.starter import Blank, StarterPost
from bot.rules.words import Language

HERE = Path(__file__).parent


@cache
def starter_posts(language: Language) -> Mapping[str, StarterPost]:
    """The starter shelf in a language, by key."""
    told = tomllib.loads((HERE / f"{language}.toml").read_text(encoding="utf-8"))
    return MappingProxyType({one["key"]: _post(one) for one in told["post"]})


def _post(told: Mapping[str, Any]) -> StarterPost:
    blanks = tuple(Blank(name, blank["label"], blank["example"]) for name, blank in told.get("blanks", {}).items())
    return StarterPost(told["key"], told["pillar"], told.get("season"), _content(told), blanks)


def _content(told: Mapping[str, Any]) -> Content:
    if "question" in told:
        return Content(poll=Poll(told["question"], tuple(told["options"]), told.get("several", False)))
    return Content(told["text"].strip(), is_template=True)
