"""Each file of words holds what its outcomes need, and nothing else."""

import re
from functools import cache
from itertools import chain

import pytest

from bot.content import FOLDER, LABELS
from bot.content.catalog import FILES, OUTCOMES, file_of
from bot.rules.words import Language
from tests.content.pressed import SHORT
from tests.content.samples import samples
from tests.content.sources import CASES, source_of
from tests.words import WORDS

OTHER_FILES = (
    *("staff/asks", "figures/parts", "figures/drawing", "commands", "demo", "doctor", "examples", "needs", "points"),
    *("troubles", "pillars", "wears", "posts/parts", "posts/week_parts", "attention/parts", "members/parts", "person"),
    *("whom", "tag_parts", "exchange/columns", "exchange/reasons", LABELS),
)
"""Words that belong to no outcome: of the panel, menus, demo, doctor, examples, needs, points, troubles, pillars, what
wears out, parts of posts, a person's name, whom, parts of tags, columns of exports, why a line isn't taken, labels, and
what reports and their pictures share."""
RICH = frozenset({"figures.StreamReport", "figures.PeriodReport"})
"""Outcomes that are also a rich message with a table."""


@pytest.mark.parametrize(("file", "language"), CASES)
def test_blocks_and_outcomes_match(file: str, language: Language) -> None:
    """Every outcome and label has its block, and no block is left that nothing says."""
    kinds = {name: kind for name, kind in OUTCOMES.items() if file_of(kind) == file}
    names = {kind.__name__ for kind in kinds.values()}
    shorts = {f"{kind.__name__}_short" for name, kind in kinds.items() if name in SHORT}
    blocks = WORDS.blocks(file, language)
    riches = {f"{kind.__name__}_rich" for name, kind in kinds.items() if name in RICH}
    own = {block for block in blocks if block.startswith("label_")}
    assert blocks - own == names | shorts | riches
    assert own <= labels_of(file) <= own | WORDS.blocks(LABELS, language)


@cache
def labels_of(file: str) -> frozenset[str]:
    """Blocks of the labels that the outcomes of a file carry."""
    return frozenset(
        f"label_{button.label}"
        for kind in OUTCOMES.values()
        if file_of(kind) == file
        for outcome in samples(kind)
        for button in chain.from_iterable(WORDS.buttons_of(outcome))
    )


@pytest.mark.parametrize("language", Language)
def test_shared_labels_are_used(language: Language) -> None:
    """Each label of `labels.j2` stands under outcomes of several files that have none of their own."""
    for block in WORDS.blocks(LABELS, language):
        assert sum(block in labels_of(file) and block not in WORDS.blocks(file, language) for file in FILES) > 1, block


def label_in(file: str, block: str, language: Language) -> str:
    """A label as its file has it."""
    found = re.search(rf"{{% block {block} %}}(.*?){{% endblock", source_of(file, language), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("file", "language"), CASES)
def test_no_label_is_a_copy_of_a_shared_one(file: str, language: Language) -> None:
    """A file has a label of its own only in a language that says something else there."""
    for block in labels_of(file) & WORDS.blocks(LABELS, language) & WORDS.blocks(file, language):
        assert label_in(file, block, language) != label_in(LABELS, block, language), block


def test_every_file_of_rules_has_its_words_in_every_language() -> None:
    """A file for each file of rules with outcomes, the others that are named here, and no more."""
    for language in Language:
        folder = FOLDER / language
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.j2")}
        assert files == {f"{file}.j2" for file in (*FILES, *OTHER_FILES)}
