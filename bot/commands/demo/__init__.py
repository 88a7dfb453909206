"""What `make demo` shows: a shop's evening on the stand-in, without a token and without a network.

`page.py` serves it to a browser, `story.py` tells it in the terminal; `scenes.py` is what happened in the days before.
"""
