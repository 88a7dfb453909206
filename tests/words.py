"""The words with the buttons and secrets of all domains. They are made once: compiling the templates takes long."""

from bot.domains import DOMAINS, words_of

WORDS = words_of(DOMAINS)
