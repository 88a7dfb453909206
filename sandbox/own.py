"""The methods that the Bot API server answers itself: getUpdates, webhooks, close and logOut.

Rules: https://core.telegram.org/bots/api#logout and https://core.telegram.org/bots/api#close, and Client.cpp of the
Bot API server.
"""

import json
import math
from typing import Any

from sandbox.accounts import Bot
from sandbox.checks import Upload
from sandbox.errors import ApiError, too_many
from sandbox.world import World

NAMES = frozenset({"getupdates", "setwebhook", "deletewebhook", "getwebhookinfo", "close", "logout"})
OK = b'{"ok":true,"result":'
TEN_MINUTES = 600.0
LONGEST_POLL = 50.0
HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
LOGGED_OUT = "Logged out"
RESTARTS = "Internal Server Error: restart"


def success(result: Any) -> bytes:
    """A successful answer."""
    return OK + json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode() + b"}"


def success_with_note(what: str) -> bytes:
    """A successful answer with a description."""
    return OK + b'true,"description":' + json.dumps(what).encode() + b"}"


def check_session(world: World, bot: Bot) -> None:
    """Refuse a bot that logged out less than ten minutes ago."""
    if bot.logged_out_at is not None:
        if world.clock.now() < bot.logged_out_at + TEN_MINUTES:
            raise ApiError(400, LOGGED_OUT)
        bot.logged_out_at = None


async def answer(world: World, bot: Bot, method: str, read: dict[str, Any], uploads: dict[str, Upload]) -> bytes:
    """Answer one of these methods. Raises ApiError."""
    match method:
        case "getUpdates":
            return await _updates(world, bot, read)
        case "getWebhookInfo":
            return success(world.webhooks.info(bot))
        case "setWebhook":
            return success_with_note(world.webhooks.set(bot, read | _certificate(read, uploads)))
        case "deleteWebhook":
            return success_with_note(
                world.webhooks.set(bot, {"drop_pending_updates": read.get("drop_pending_updates")})
            )
        case "close":
            _check_launched_long_ago(world, bot)
            bot.queue.end_poll(RESTARTS, 500)
        case _:
            world.webhooks.remove(bot)
            bot.queue.end_poll(LOGGED_OUT, 400)
            bot.queue.drop()
            bot.logged_out_at = world.clock.now()
    return success(True)


def _certificate(read: dict[str, Any], uploads: dict[str, Upload]) -> dict[str, Any]:
    """The uploaded certificate that `attach://` names. Any other text is no certificate."""
    given = read.get("certificate")
    if not isinstance(given, str):
        return {}
    return {"certificate": uploads.get(given.removeprefix("attach://")) if given.startswith("attach://") else None}


async def _updates(world: World, bot: Bot, read: dict[str, Any]) -> bytes:
    if world.webhooks.active(bot):
        raise ApiError(409, HOOKED)
    seconds = min(max(float(read.get("timeout", 0)), 0.0), LONGEST_POLL)
    batch = await bot.queue.poll(
        int(read.get("offset", 0)), int(read.get("limit", 100)), seconds, read.get("allowed_updates")
    )
    return OK + b"[" + b",".join(one.written for one in batch) + b"]}"


def _check_launched_long_ago(world: World, bot: Bot) -> None:
    left = bot.launched_at + TEN_MINUTES - world.clock.now()
    if left > 0:
        raise too_many(math.ceil(left))
