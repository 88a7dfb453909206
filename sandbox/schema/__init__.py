"""The Bot API 10.3 as data: every method's parameters and every object that a bot may pass.

`generate.py` reads it from the npm package `@gramio/types` 10.3.1 (MIT, see LICENSE-gramio-types). So the stand-in
doesn't depend on the library that the bot itself uses.
"""
