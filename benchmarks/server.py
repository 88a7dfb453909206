"""A Bot API server that is never the bottleneck: raw asyncio, and it parses only what it counts.

It gives updates out (all at once, or at a steady rate) and answers every call after a set delay. It reports how many
answers came, how fast, and how long each took from the moment when its update could be fetched.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

GROUP_ID = -1001000000001
FIRST_USER = 10_000_000
BATCH = 100
CROWD = 1_000
"""Fans who come again and again in a run of the mode `soak`."""
_ADDRESSEE = re.compile(
    rb'(?:receiver_user_id"?:\s*|callback_query_id"?:\s*"|chat_id=|name="chat_id"\r\n(?:[^\r\n]+\r\n)*\r\n|"chat_id":\s*)(\d+)'
)
_OFFSET = re.compile(rb'offset(?:"?:\s*|=|"\r\n(?:[^\r\n]+\r\n)*\r\n)(\d+)')
_ME = b'{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
_DONE = b'{"ok":true,"result":true}'
_SENT = b'{"ok":true,"result":{"message_id":7,"date":1700000000,"chat":{"id":5,"type":"private"},"text":"ok"}}'
_WHISPERED = (
    b'{"ok":true,"result":{"message_id":0,"ephemeral_message_id":7,"date":1700000000,"chat":{"id":5,"type":"group"}}}'
)
_EMPTY = b'{"ok":true,"result":[]}'
_BLANK = b'{"ok":true,"result":{}}'


@dataclass
class Run:
    """One measured run."""

    mode: str = "echo"
    total: int = 0
    rate: float = 0.0
    first_id: int = 1
    first_user: int = FIRST_USER
    started: float = 0.0
    took: list[float] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)
    answers: int = 0
    """How many answers came in a run of the mode `soak`, in which fans ask more than once."""
    last: float = 0.0

    def available(self, now: float) -> int:
        """How many updates can be fetched by now."""
        if not self.rate:
            return self.total
        return min(self.total, int((now - self.started) * self.rate))


class Server:
    """State of the server: the present run, and the connections that wait for updates."""

    def __init__(self) -> None:
        self.run = Run()
        self.delay = 0.0
        self.next_id = 1
        self.waiting: list[tuple[Any, bytes]] = []
        self.first_poll = 0.0
        self.sent: list[float] = []
        """When each message came, in epoch seconds."""
        self.seen_by_all = 0
        """How many of these were no whispers: they count against Telegram's limits."""

    def start(self, options: dict[str, str]) -> bytes:
        """Begin a run: make its updates available, and answer the polls that wait."""
        self.delay = float(options.get("delay", "0"))
        self.run = Run(options["mode"], int(options["n"]), float(options.get("rate", "0")), self.next_id)
        self.run.first_user = FIRST_USER + int(options.get("skip", "0"))
        self.next_id += self.run.total
        self.run.started = time.perf_counter()
        waiting, self.waiting = self.waiting, []
        for protocol, body in waiting:
            protocol.poll(body)
        return b"{}"

    def result(self) -> bytes:
        """The state of the run, as JSON."""
        run = self.run
        took = sorted(run.took)
        return json.dumps(
            {
                "answered": run.answers or len(run.answered),
                "total": run.total,
                "seconds": run.last - run.started,
                "p50": took[len(took) // 2] if took else 0,
                "p99": took[int(len(took) * 0.99)] if took else 0,
                "last": took[-1] if took else 0,
                "first_poll": self.first_poll,
                "seen_by_all": self.seen_by_all,
            }
        ).encode()

    def updates(self, body: bytes, now: float) -> bytes | None:
        """The next batch after the offset, or None if there is none yet."""
        found = _OFFSET.search(body)
        run = self.run
        after = max(int(found.group(1)) if found else 0, run.first_id)
        last = min(run.first_id + run.available(now), after + BATCH)
        if last <= after:
            return None
        date = int(time.time())  # noqa: TID251  # Telegram's own clock
        items = b",".join(_update(run.mode, i, run.first_user + i - run.first_id, date) for i in range(after, last))
        return b'{"ok":true,"result":[' + items + b"]}"

    def answer(self, body: bytes, now: float) -> None:
        """Count the answer in a call's body; a second answer to the same update doesn't count."""
        run = self.run
        found = _ADDRESSEE.search(body)
        if found is None:
            return
        index = int(found.group(1)) - run.first_user
        if run.mode == "soak":
            run.answers += index >= 0
            run.last = now
        elif 0 <= index < run.total and index not in run.answered:
            run.answered.add(index)
            ready = run.started + ((index + 1) / run.rate if run.rate else 0)
            run.took.append(now - ready)
            run.last = now


def _update(mode: str, update_id: int, user: int, date: int) -> bytes:
    text = "/checkin"
    if mode == "soak":
        mode, text, user = _soaked(user)
    if mode == "storm":
        return _tap(update_id, user, date)
    sender = f'{{"id":{user},"is_bot":false,"first_name":"Fan {user}","language_code":"ko"}}'
    if mode == "echo":
        chat, text, entities = f'{{"id":{user},"type":"private","first_name":"Fan"}}', "hello", ""
    else:
        chat = f'{{"id":{GROUP_ID},"type":"supergroup","title":"Bench"}}'
        entities = f',"entities":[{{"type":"bot_command","offset":0,"length":{len(text)}}}]'
    return (
        f'{{"update_id":{update_id},"message":{{"message_id":{update_id},"from":{sender},"chat":{chat},'
        f'"date":{date},"text":"{text}"{entities}}}}}'
    ).encode()


def _soaked(user: int) -> tuple[str, str, int]:
    """What the next one does in a run of the mode `soak`, and who: half of them were never here before."""
    turn = user % 10
    again = FIRST_USER + user // 10 % CROWD
    if turn < 5:
        return "storm" if turn == 4 else "checkin", "/checkin", user + CROWD
    return "storm" if turn == 5 else "checkin", ("/checkin", "/me", "/me", "/streams")[turn - 6], again


def _tap(update_id: int, user: int, date: int) -> bytes:
    """A press on the first packet's card. The query has the user's id, by which its answer is counted."""
    return (
        f'{{"update_id":{update_id},"callback_query":{{"id":"{user}","from":{{"id":{user},"is_bot":false,'
        f'"first_name":"Fan {user}","language_code":"ko"}},"chat_instance":"1","data":"packet:1",'
        f'"message":{{"message_id":7,"date":{date},"chat":{{"id":{GROUP_ID},"type":"supergroup","title":"Bench"}},'
        f'"from":{{"id":42,"is_bot":true,"first_name":"Bench"}},"text":"A red packet"}}}}}}'
    ).encode()


class Http(asyncio.Protocol):
    """Just enough HTTP/1.1 with keep-alive."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.transport: asyncio.Transport | None = None
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        """A client connected."""
        self.transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        """A client left."""
        self.server.waiting = [(p, b) for p, b in self.server.waiting if p is not self]

    def data_received(self, data: bytes) -> None:
        """Cut the stream into requests."""
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end]
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if at < 0 and b"chunked" in head.lower():
                stop = self.buffer.find(b"0\r\n\r\n", end + 4)
                if stop < 0:
                    return
                body, self.buffer = self.buffer[end + 4 : stop], self.buffer[stop + 5 :]
            else:
                if len(self.buffer) < end + 4 + length:
                    return
                body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            self.request(head.split(b" ", 2)[1], body)

    def request(self, path: bytes, body: bytes) -> None:
        """Answer one request."""
        server = self.server
        if path.endswith(b"/sendMessage"):
            server.sent.append(time.time())  # noqa: TID251  # compared with instants of other processes
            whispered = b'"ephemeral_message_parameters"' in body
            server.seen_by_all += not whispered
            self.answer_later(_WHISPERED if whispered else _SENT, body)
        elif path.endswith(b"/getUpdates"):
            server.first_poll = server.first_poll or time.perf_counter()
            self.poll(body)
        elif path.startswith(b"/control/"):
            verb, _, query = path[9:].decode().partition("?")
            options = dict(parse_qsl(query))
            self.reply(server.start(options) if verb == "start" else self.control(verb))
        elif path.endswith(b"/getMe"):
            self.reply(_ME)
        elif path.endswith(b"/getMyCommands"):
            self.reply(_EMPTY)
        elif b"/getMy" in path:
            self.reply(_BLANK)
        else:
            self.answer_later(_DONE, body if path.endswith(b"/answerCallbackQuery") else b"")

    def control(self, verb: str) -> bytes:
        """Answer the benchmark's other control requests."""
        if verb == "forget":
            self.server.first_poll = 0.0
            self.server.sent = []
            self.server.seen_by_all = 0
        if verb == "sent":
            return json.dumps({"sent": self.server.sent}).encode()
        return self.server.result()

    def poll(self, body: bytes) -> None:
        """Answer a poll with updates, or keep it waiting."""
        batch = self.server.updates(body, time.perf_counter())
        if batch is not None:
            self.answer_later(batch, b"")
            return
        run = self.server.run
        if run.rate and max(run.answers, len(run.answered)) < run.total:
            asyncio.get_running_loop().call_later(0.002, self.poll, body)
        else:
            self.server.waiting.append((self, body))

    def answer_later(self, answer: bytes, counts: bytes) -> None:
        """Answer after the set delay. `counts` is the body of a call that counts as an answer, else empty."""
        if self.server.delay:
            asyncio.get_running_loop().call_later(self.server.delay, self.finish, answer, counts)
        else:
            self.finish(answer, counts)

    def finish(self, answer: bytes, counts: bytes) -> None:
        """Count the call if it is an answer, then reply."""
        if counts:
            self.server.answer(counts, time.perf_counter())
        self.reply(answer)

    def reply(self, body: bytes) -> None:
        """Write one response."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(body)).encode()
                + b"\r\n\r\n"
                + body
            )


async def main(port: int) -> None:
    """Serve on loopback until killed."""
    server = Server()
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: Http(server), "127.0.0.1", port)
    sys.stdout.write(f"{listener.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
