"""A page on the stand-in's own server: anyone plays any person of a small cast in a browser, without Telegram.

It shows what that person's app would show, and lets them do what that app would. It knows nothing but the stand-in.
"""

from sandbox.page.page import NextEvent, Page, Part

__all__ = ["NextEvent", "Page", "Part"]
