"""Where a server listens: a port of an address of this machine, or a unix socket. Pure."""

from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
UNIX = "unix:"
LONGEST_SOCKET = 100
"""Bytes of a socket's path. Systems allow 103 to 107."""
GREATEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Tcp:
    """A port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Unix:
    """A unix socket."""

    path: str


Listen = Tcp | Unix


def read_listen(text: str) -> Listen:
    """Read `8081` (loopback), `0.0.0.0:8081`, `[::1]:8081` or `unix:/run/encore/hook.sock`.

    Raises:
        ValueError: it is none of them. The text says what it should be.
    """
    text = text.strip()
    if text.startswith(UNIX):
        path = text.removeprefix(UNIX)
        if not path.startswith("/") or path.endswith("/") or "\0" in path:
            raise ValueError("after unix: it should name a file by its whole path, as unix:/run/encore/hook.sock does")
        if len(path.encode()) > LONGEST_SOCKET:
            raise ValueError(f"the path of a unix socket has at most {LONGEST_SOCKET} bytes")
        return Unix(path)
    host, colon, port = text.rpartition(":")
    in_brackets = host.startswith("[") and host.endswith("]")
    name = host[1:-1] if in_brackets else host
    fits = (name != "" and " " not in name and "/" not in name) if colon else True
    if not fits or (":" in name and not in_brackets) or not port.isascii() or not port.isdigit():
        raise ValueError("it should be a port, as 8081, or 0.0.0.0:8081, or unix:/run/encore/hook.sock")
    if not 1 <= int(port[:6]) <= GREATEST_PORT:
        raise ValueError(f"its port should be between 1 and {GREATEST_PORT}")
    return Tcp(name or LOOPBACK, int(port))
