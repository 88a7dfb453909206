"""Votes in polls, options that members add, and the ends of polls. Each makes its updates for bots.

Rules: https://core.telegram.org/bots/api#pollanswer and TDLib's `set_poll_answer`. Two things are
unverified: that `poll_answer` comes before `poll`, and that nobody is told of a vote that changes nothing.
"""

from typing import TYPE_CHECKING

from sandbox.accounts import Bot, User
from sandbox.chats import Chat
from sandbox.errors import CannotDoError
from sandbox.events import Event
from sandbox.messages import Message, NewMessage
from sandbox.polls import MOST_OPTION, MOST_OPTIONS, Option, Poll
from sandbox.text import Text

if TYPE_CHECKING:
    from sandbox.world import World

FIRST_POLL = 5_300_000_000_000_000_001


class Polls:
    """All polls: their votes, added options and ends."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.made = 0
        self._messages: dict[Poll, list[Message]] = {}
        """Each poll's message and the forwards of it."""

    def next_id(self) -> str:
        """The id of a new poll. Bots get it as a string, because it doesn't fit into a double."""
        self.made += 1
        return str(FIRST_POLL + self.made)

    def add_message(self, poll: Poll, message: Message) -> None:
        """Note a message that shows the poll: its own or a forward. A poll with a `close_date` closes itself then."""
        messages = self._messages.setdefault(poll, [])
        messages.append(message)
        if poll.close_date is not None and len(messages) == 1:
            self.world.clock.call_at(poll.close_date, lambda: self._end(poll))

    def vote(self, person: User, message: Message, options: tuple[str | int, ...], speaks_for: Chat | None) -> None:
        """Vote in a poll; no options take the vote back. Raises CannotDoError with the words of the app."""
        poll = message.poll
        if poll is None:
            raise CannotDoError("Message is not a poll")
        if poll.closed:
            raise CannotDoError("Can't answer closed poll")
        chosen = [poll.option(one) for one in options]
        if len(chosen) > 1 and not poll.several:
            raise CannotDoError("Can't choose more than 1 option in the poll")
        voter = speaks_for.id if speaks_for is not None else person.id
        before = poll.votes.get(voter)
        if before is not None and not poll.revoting:
            raise CannotDoError("Can't revote in a quiz" if chosen else "Can't retract vote in the poll")
        chosen = [one for one in poll.options if one in chosen]
        if chosen == (before or []):
            return
        if chosen:
            poll.votes[voter] = chosen
        else:
            del poll.votes[voter]
        self._tell_vote(poll, person, chosen, speaks_for)
        self._changed(poll)

    def _tell_vote(self, poll: Poll, person: User, chosen: list[Option], speaks_for: Chat | None) -> None:
        if not isinstance(poll.owner, Bot) or poll.anonymous:
            return
        voter = {"user": person.json()} if speaks_for is None else {"voter_chat": speaks_for.json()}
        poll.owner.met.add(person.id)
        payload = {
            "poll_id": poll.id,
            **voter,
            "option_ids": [poll.options.index(one) for one in chosen],
            "option_persistent_ids": [one.persistent_id for one in chosen],
        }
        poll.owner.queue.add("poll_answer", payload)

    def add_option(self, person: User, message: Message, text: Text) -> None:
        """Add an option to a poll and post a service message about it. Raises CannotDoError."""
        poll = message.poll
        if poll is None or not poll.growing or poll.closed:
            raise CannotDoError("the poll takes no more options")
        if len(poll.options) >= MOST_OPTIONS or not 1 <= len(text.plain) <= MOST_OPTION:
            raise CannotDoError("a poll has at most 12 options of 1 to 100 characters")
        added = Option(str(len(poll.options)), text, person, int(self.world.clock.now()))
        poll.options.append(added)
        told = {"poll_message": message, "option_persistent_id": added.persistent_id, "option_text": text.plain}
        self.world.delivery.post(message.chat, NewMessage(sender=person, service={"poll_option_added": told}))
        self._changed(poll)

    def close(self, poll: Poll, by: Bot | None = None) -> None:
        """Close a poll. Its sender and the bot that stopped it are told."""
        poll.closed = True
        self._changed(poll, by)

    def _changed(self, poll: Poll, by: Bot | None = None) -> None:
        """Bots "receive only updates about manually stopped polls and polls, which are sent by the bot"."""
        heard = [one for one in (poll.owner, by) if isinstance(one, Bot)]
        for bot in dict.fromkeys(heard):
            bot.queue.add("poll", poll.json(knows=bot is poll.owner, whole=False))
        for message in self._messages.get(poll, ()):
            if not message.deleted:
                message.changed = self.world.next_seq()
                self.world.board.tell(Event("edit", message.chat, self.world.clock.now(), message))

    def _end(self, poll: Poll) -> None:
        if not poll.closed:
            self.close(poll)
