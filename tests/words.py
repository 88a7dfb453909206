"""The words with the buttons and secrets of all domains. They are made once: compiling the templates takes long."""

from bot.domains import DOMAINS, words_of
from tests.features.scene import NOON

WORDS = words_of(DOMAINS).by(lambda: NOON)
"""Their *today* is that of `NOON`; the bots of tests take these words by their own clocks."""
