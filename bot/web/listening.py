"""Opens a guarded server: on a port, or on a unix socket that a reverse proxy connects to."""

import asyncio
import contextlib
import socket
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from errno import EADDRINUSE
from pathlib import Path

from aiohttp import web

from bot.rules.listen import Listen, Unix
from bot.web.guard import PortGuard

SHUTDOWN_SECONDS = 0.5
SOCKET_MODE = 0o666
"""The reverse proxy has an account of its own. Who gets to the socket is decided by the rights of its folder."""


@asynccontextmanager
async def listening(app: web.Application, guard: PortGuard, where: Listen) -> AsyncIterator[None]:
    """Serve the application for the time of the context.

    Raises:
        OSError: it can't listen there.
    """
    runner = guard.runner(app, SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        if runner.server is None:
            raise RuntimeError("the runner has no server after its setup")
        factory = guard.protocol_factory(runner.server)
        loop = asyncio.get_running_loop()
        if isinstance(where, Unix):
            async with _unix_server(Path(where.path), factory):
                yield
        else:
            server = await loop.create_server(factory, where.host, where.port)
            try:
                yield
            finally:
                server.close()
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _unix_server(path: Path, factory: Callable[[], asyncio.Protocol]) -> AsyncIterator[None]:
    _check_free(path)
    server = await asyncio.get_running_loop().create_unix_server(factory, path)  # it removes a socket that was left
    mine = _let_others_connect(path)
    try:
        yield
    finally:
        server.close()
        _remove(path, mine)


def _let_others_connect(path: Path) -> int:
    """Open the socket to other accounts; the number of its file."""
    path.chmod(SOCKET_MODE)
    return path.stat().st_ino


def _remove(path: Path, mine: int) -> None:
    """Remove the socket, unless another process has put its own there."""
    with contextlib.suppress(OSError):
        if path.stat().st_ino == mine:
            path.unlink()


def _check_free(path: Path) -> None:
    """Make sure that no other process listens on a socket. One that was left by a process that was killed is free.

    Raises:
        OSError: another process listens there, or the file is no socket.
    """
    try:
        is_socket = stat.S_ISSOCK(path.stat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise FileExistsError(f"{path} is no socket")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return
    raise OSError(EADDRINUSE, "another process listens there")
