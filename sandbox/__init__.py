"""A stand-in for the Telegram Bot API 10.3, over HTTP, for tests and the demo.

It refuses what Telegram refuses. It imports neither our bot nor the library that the bot uses.
"""

from sandbox.accounts import Bot, User
from sandbox.chats import Chat, Rights
from sandbox.errors import CannotDoError
from sandbox.events import Call, Event
from sandbox.faults import EVERYTHING, FILE, Fault, Faults
from sandbox.files import Document
from sandbox.flood import Limits
from sandbox.inline import InlineAnswer, InlineQuery, InlineResult
from sandbox.internet import Internet
from sandbox.messages import Button, Message
from sandbox.people import Person
from sandbox.permissions import Permissions
from sandbox.presses import CallbackAnswer, Press
from sandbox.sandbox import Sandbox
from sandbox.topics import Topic
from sandbox.updates import Update

__all__ = [
    "EVERYTHING",
    "FILE",
    "Bot",
    "Button",
    "Call",
    "CallbackAnswer",
    "CannotDoError",
    "Chat",
    "Document",
    "Event",
    "Fault",
    "Faults",
    "InlineAnswer",
    "InlineQuery",
    "InlineResult",
    "Internet",
    "Limits",
    "Message",
    "Permissions",
    "Person",
    "Press",
    "Rights",
    "Sandbox",
    "Topic",
    "Update",
    "User",
]
