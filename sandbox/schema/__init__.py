"""The Bot API 10.3 as data: every method's parameters and every object that a bot may pass.

Read out of the npm package `@gramio/types` 10.3.1 (MIT, see LICENSE-gramio-types) by `generate.py`, so that what
our stand-in accepts doesn't come from the library that the bot itself uses.
"""
