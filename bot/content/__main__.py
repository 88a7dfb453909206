"""`python -m bot.content` compiles all words, so that the first start is as quick as later ones.

For installations whose code is read only while the bot runs.
"""

from bot.content import Words

Words({}, {}).load_all()
