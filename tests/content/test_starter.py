"""The starter shelf: forty posts in each language, native, short, and without a promise that the shop didn't give."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.content.starter import starter_posts
from bot.content.template_values import values_for
from bot.features.posts.templates import Templates
from bot.outside.owner_templates import OwnerTemplates
from bot.rules.pillars import Pillar
from bot.rules.posting import Content
from bot.rules.posts.markup import visible_text
from bot.rules.posts.seasons import Season
from bot.rules.posts.starter import StarterPost
from bot.rules.posts.templates import NAMES, TemplateFacts, TemplatePolicy
from bot.rules.words import Language
from tests.content.telegram_html import Strict

POSTS = [
    pytest.param(language, post, id=f"{language}/{key}")
    for language in Language
    for key, post in starter_posts(language).items()
]
ALL = 40
WITHOUT_BLANKS = 24
LINE = {Language.KO: 20, Language.ZH: 19, Language.EN: 38}
"""Characters of a line on a phone."""
SHORTEST, LONGEST = 2, 6
"""Lines of a post on a phone."""
MOST_OPTIONS, LONGEST_OPTION = 6, 100
EMOJI = re.compile(r"[\U0001f300-\U0001faff\u2600-\u27bf\u23f0]")
MONEY = re.compile(
    r"[0-9]\s*(?:%|원|元|块|折|won|[$€£¥₩])|[$€£¥₩]\s*[0-9]|[0-9]\s*(?:USD|KRW|CNY|dollars?)", re.IGNORECASE
)
PROMISES = {
    Language.KO: r"할인|세일|무료|공짜|최저가|특가|품절|마감|한정|마지막 기회|서두르|재고|당일|출고|배송|"
    r"환불|반품|교환|수제|핸드메이드|정품|100%",
    Language.ZH: r"打折|折扣|优惠|特价|免费|包邮|白送|最低|清仓|售罄|库存|限量|限时|最后|赶紧|抓紧|抢|"
    r"发货|退款|退货|退换|手工|正品|全网|第一|顶级",
    Language.EN: r"\b(?:discount|sale|% off|free|cheap|lowest|sold out|stock|limited|last chance|hurry|ships?|shipping|"
    r"refunds?|returns?|exchange|handmade|genuine|guarantee\w*|best price|today only)\b",
}
"""Words that promise a fact. In a starter post only the shop may say them, in a blank."""
FOREIGN = {
    Language.KO: re.compile(r"[A-Za-z\u3400-\u9fff\u3040-\u30ff]+"),
    Language.ZH: re.compile(r"[A-Za-z\uac00-\ud7a3\u3040-\u30ff]+"),
    Language.EN: re.compile(r"[\u3400-\u9fff\uac00-\ud7a3\u3040-\u30ff]+"),
}


def facts(language: Language, post: StarterPost) -> TemplateFacts:
    """A shop of this language, with the examples in the blanks."""
    shop, persona, coin, stream = {
        Language.KO: ("실크라이브", "루미", "코인", "실크 나이트"),
        Language.ZH: ("真丝小铺", "小鹿", "金币", "真丝之夜"),
        Language.EN: ("Silk Live", "Lumi", "coins", "Silk night"),
    }[language]
    return TemplateFacts(
        language=language,
        timezone="Asia/Seoul",
        persona=persona,
        shop=shop,
        coin=coin,
        day=date(2026, 11, 30),
        season="winter",
        stream=stream,
        stream_at=datetime(2026, 12, 1, 11, tzinfo=UTC),
        blanks={blank.name: blank.example for blank in post.blanks},
    )


def own_words(post: StarterPost) -> str:
    """What a post says by itself: without blanks, names, tags and commands."""
    poll = post.content.poll
    if poll is not None:
        return "\n".join((poll.question, *poll.options))
    return re.sub(r"\{\{.*?\}\}|</?[a-z]+>|/[a-z]+", " ", post.content.text)


@pytest.mark.parametrize("language", Language)
def test_there_are_forty(language: Language) -> None:
    """Forty posts, of which at least 24 need no blank, of every pillar, with something for each season."""
    posts = list(starter_posts(language).values())

    assert len(posts) == ALL
    assert sum(not post.blanks for post in posts) >= WITHOUT_BLANKS
    assert {post.pillar for post in posts} == {pillar.value for pillar in Pillar}
    assert {post.season for post in posts} == {None, *(season.value for season in Season)}


def test_languages_agree() -> None:
    """A change of language keeps the place on the shelf: key, pillar, season, kind and blanks are the same."""

    def shape(language: Language) -> dict[str, tuple[Any, ...]]:
        return {
            key: (post.pillar, post.season, post.content.poll is not None, {blank.name for blank in post.blanks})
            for key, post in starter_posts(language).items()
        }

    assert shape(Language.KO) == shape(Language.ZH) == shape(Language.EN)


@pytest.mark.parametrize("language", Language)
def test_no_post_is_said_twice(language: Language) -> None:
    """No two posts of a language are the same, and no two polls ask the same."""
    said = Counter(own_words(post) for post in starter_posts(language).values())

    assert set(said.values()) == {1}


@pytest.mark.parametrize(("language", "post"), POSTS)
def test_blanks_are_asked_for_in_words(language: Language, post: StarterPost) -> None:
    """Each blank stands in the text, has a label and an example of the language, and hides no usual name."""
    named = set(re.findall(r"\{\{ ?([a-z_0-9]+) ?\}\}", post.content.text))
    blanks = {blank.name for blank in post.blanks}

    assert blanks <= named
    assert named <= blanks | set(NAMES)
    assert not blanks & set(NAMES)
    for blank in post.blanks:
        assert 0 < len(blank.label) <= 40  # a question on a phone
        assert 0 < len(blank.example) <= 120
        assert not FOREIGN[language].search(blank.label + blank.example)


@pytest.mark.parametrize(("language", "post"), POSTS)
def test_no_words_of_another_language(language: Language, post: StarterPost) -> None:
    """A post holds no word of another language but commands."""
    assert not FOREIGN[language].findall(own_words(post))


@pytest.mark.parametrize(("language", "post"), POSTS)
def test_nothing_is_promised(language: Language, post: StarterPost) -> None:
    """No price, discount, stock, delivery, return or pressure stands outside a blank."""
    assert not re.search(PROMISES[language], own_words(post), re.IGNORECASE)
    assert not MONEY.search(own_words(post))


@pytest.mark.parametrize(("language", "post"), POSTS)
def test_nobody_shouts(language: Language, post: StarterPost) -> None:
    """At most one emoji a line, no chains of exclamation marks, no capitals for loudness."""
    for line in own_words(post).split("\n"):
        assert len(EMOJI.findall(line)) <= 1, line
    assert not re.search(r"[!！]\s*[!！]", own_words(post))
    assert not re.search(r"\b[A-Z]{3,}\b", own_words(post))
    if language is Language.ZH:
        assert not re.findall(r"[一-鿿][,.!?:;()]|[,!?;(][一-鿿]", own_words(post))
    if language is Language.KO:
        particles = r"\}\}(?:</b>)? ?(?:을|를|이|가|은|는|과|와|으로|로|이에요|예요|이라|라)(?![가-힣])"
        assert not re.search(particles, post.content.text)


@pytest.mark.parametrize(("language", "post"), POSTS)
def test_polls_are_short(language: Language, post: StarterPost) -> None:
    """A question fits on three lines of a phone and has two to six different short answers; other posts are words."""
    poll = post.content.poll
    assert (poll is not None) == (post.pillar == Pillar.QUESTIONS)
    if poll is not None:
        assert len(poll.question) <= 3 * LINE[language]
        assert 2 <= len(set(poll.options)) == len(poll.options) <= MOST_OPTIONS
        assert all(0 < len(option) <= LONGEST_OPTION for option in poll.options)


@pytest.mark.parametrize("language", Language)
async def test_every_post_can_be_sent(language: Language) -> None:
    """Each post, rendered with its examples, is Telegram's HTML of two to six lines on a phone, a long blank aside."""
    policy = TemplatePolicy()
    templates = Templates(OwnerTemplates(policy), values_for, policy)
    for post in starter_posts(language).values():
        made = await templates.render(post.content, facts(language, post))
        assert isinstance(made, Content), (post.key, made)
        if made.poll is not None:
            continue
        assert "".join(Strict(made.text).text).strip(), post.key
        lines = [-(-len(line) // LINE[language]) for line in visible_text(made.text).split("\n")]
        assert SHORTEST <= sum(lines) <= LONGEST, (post.key, lines)
        assert not made.is_template
