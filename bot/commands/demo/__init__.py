"""`make demo`: an evening in a shop on the stand-in, without a token and without a network.

`page.py` serves it to a browser, `story.py` plays it in the terminal, and `scenes.py` plays the days before it.
"""
