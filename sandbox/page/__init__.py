"""A page on the stand-in's own server. A visitor plays people of a small cast in a browser, without Telegram.

It shows what the person's app would show, and allows what that app would allow. It imports only the stand-in.
"""

from sandbox.page.page import NextEvent, Page, Part
from sandbox.page.tasks import Deed, Task

__all__ = ["Deed", "NextEvent", "Page", "Part", "Task"]
