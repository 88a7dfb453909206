"""A process in which everything goes wrong that a library, a task, a thread or Python itself can tell of."""

import asyncio
import gc
import logging
import sys
import threading
import warnings

from aiohttp import ClientSession

from bot.logs import log_what_python_prints, set_up_logs

SECRET = "42:AAH-secret"
"""Stands in each message, as a token stands in a failed call's address."""
LOGGERS = ("asyncio", "aiohttp.server", "aiohttp.access", "apscheduler.executors.default", "sqlalchemy.pool", "alembic")
ADDRESS = f"postgresql://shop:{SECRET}@db/shop\nsecond line"


class Broken:
    """Fails where nobody can catch it."""

    def __del__(self) -> None:
        raise OSError(ADDRESS)


def fails() -> None:
    """Raise what holds a secret."""
    raise ValueError(ADDRESS)


async def tasks() -> None:
    """Tasks that nobody waits for, callbacks that fail, a session that nobody closes."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(asyncio.to_thread(fails))
    await asyncio.wait([task])
    del task
    group = loop.create_task(in_a_group())
    await asyncio.wait([group])
    del group
    loop.call_soon(fails)
    session = ClientSession(headers={"X-Token": SECRET})
    del session
    left = loop.create_task(asyncio.sleep(60), name=SECRET)
    await asyncio.sleep(0)
    loop.call_exception_handler({"message": f"Task {SECRET}", "task": left})
    gc.collect()
    await asyncio.sleep(0)


async def in_a_group() -> None:
    """An exception among others."""
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(fails))


def main() -> None:
    """Everything once, and the end by an exception."""
    set_up_logs("info", sys.argv[1])
    log_what_python_prints()
    for name in LOGGERS:
        try:
            fails()
        except ValueError:
            logging.getLogger(name).exception("of %s", ADDRESS)
        logging.getLogger(name).warning("about %s", ADDRESS)
    logging.getLogger("broken").error("%d", SECRET)
    warnings.warn(ADDRESS, RuntimeWarning, stacklevel=1)
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    broken = Broken()
    del broken
    asyncio.run(tasks())
    fails()


if __name__ == "__main__":
    main()
