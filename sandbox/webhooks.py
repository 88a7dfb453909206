"""setWebhook, deleteWebhook and getWebhookInfo.

Rules: https://core.telegram.org/bots/api#setwebhook, and the Bot API server's `process_set_webhook_query` and
WebhookActor.cpp for the order of checks and the words. A new webhook first removes the old one, so after a
refusal there is none. Host names are looked up in the stand-in's own internet, never in the real one.
"""

import ipaddress
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.accounts import Bot
from sandbox.checks import Upload
from sandbox.couriers import Courier, Run, Webhook
from sandbox.errors import ApiError, bad, too_many
from sandbox.updates import DEFAULT

if TYPE_CHECKING:
    from sandbox.world import World

USUAL_CONNECTIONS = 40
MOST_CONNECTIONS = 100
MOST_SECRET = 256
MOST_CERTIFICATE = 3 * 1024 * 1024
PORTS = frozenset({80, 88, 443, 8443})
SECRET = re.compile(r"[A-Za-z0-9_-]*")
HOST = re.compile(r"[\w.-]+|[0-9A-Fa-f:.]+")
BETWEEN = 1.0
"""The fewest seconds between two calls that set a webhook."""
ENDED = "Conflict: terminated by setWebhook request"


class Webhooks:
    """The webhooks of all bots, and the couriers that deliver to them."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.run: Run | None = None
        self._couriers: dict[int, Courier] = {}
        self._next_allowed: dict[int, float] = {}
        world.clock.on_change(self._clock_moved)

    def active(self, bot: Bot) -> bool:
        """Whether the bot has a webhook; then getUpdates is refused."""
        return bot.id in self._couriers

    def set(self, bot: Bot, read: dict[str, Any]) -> str:
        """Set or remove a bot's webhook, and return the description for the answer. Raises ApiError: 429, 400."""
        url = read.get("url", "")
        if url:
            self._wait_between(bot)
        drops = bool(read.get("drop_pending_updates"))
        had = self._couriers.get(bot.id)
        if not drops and self._is_same(had, url, read):
            if url:
                bot.queue.allow(read.get("allowed_updates"))
            return "Webhook is already set" if url else "Webhook is already deleted"
        if url:
            bot.queue.end_poll(ENDED)
        self.remove(bot)
        if drops:
            bot.queue.drop()
        if not url:
            return "Webhook was deleted" if had is not None else "Webhook is already deleted"
        hook = _hook(url, read)
        bot.queue.allow(read.get("allowed_updates"))
        courier = Courier(self.world, bot, hook, self._address(hook), self.run, self.remove)
        self._couriers[bot.id] = courier
        courier.start()
        return "Webhook was set"

    def remove(self, bot: Bot) -> None:
        """Remove a webhook and end its requests. Updates that it hasn't confirmed stay pending."""
        courier = self._couriers.pop(bot.id, None)
        if courier is not None:
            courier.stop()

    def info(self, bot: Bot) -> dict[str, Any]:
        """https://core.telegram.org/bots/api#webhookinfo"""
        courier = self._couriers.get(bot.id)
        hook = courier.hook if courier is not None else None
        told: dict[str, Any] = {
            "url": hook.url if hook is not None else "",
            "has_custom_certificate": hook is not None and hook.certificate is not None,
            "pending_update_count": len(bot.queue.pending()),
        }
        if courier is not None and hook is not None:
            told["max_connections"] = hook.max_connections
            told["ip_address"] = courier.address
            if courier.last_error is not None:
                told["last_error_date"], told["last_error_message"] = courier.last_error
        if bot.queue.allowed != DEFAULT:
            told["allowed_updates"] = sorted(bot.queue.allowed)
        return told

    async def close(self) -> None:
        """Stop all deliveries, when the stand-in ends."""
        couriers = list(self._couriers.values())
        for courier in couriers:
            courier.stop()
        for courier in couriers:
            await courier.stopped()
        self._couriers.clear()

    def _clock_moved(self) -> None:
        for courier in self._couriers.values():
            courier.wake()

    def _wait_between(self, bot: Bot) -> None:
        if self.world.flood.limits.per_bot_per_second is None:
            return
        now = time.monotonic()
        if now < self._next_allowed.get(bot.id, 0.0):
            raise too_many(1)
        self._next_allowed[bot.id] = now + BETWEEN

    @staticmethod
    def _is_same(courier: Courier | None, url: str, read: dict[str, Any]) -> bool:
        if courier is None or not url:
            return courier is None and not url
        hook = courier.hook
        given = (url, _connections(read), read.get("secret_token", ""), read.get("ip_address", ""))
        plain = hook.certificate is None and not isinstance(read.get("certificate"), Upload)
        return plain and given == (hook.url, hook.max_connections, hook.secret, hook.fixed)

    def _address(self, hook: Webhook) -> str:
        """The IP address of the webhook's host.

        Raises ApiError: Telegram doesn't post to this port, scheme or address.
        """
        local = self.world.loopback
        if not local and hook.parts.scheme != "https":
            raise _bad_webhook("An HTTPS URL must be provided for webhook")
        if not local and hook.port not in PORTS:
            raise _bad_webhook("Webhook can be set up only on ports 80, 88, 443 or 8443")
        host = hook.parts.hostname or ""
        named = hook.fixed or self.world.internet.address_of(host)
        if named is None:
            raise _bad_webhook("Failed to resolve host: Name or service not known")
        try:
            address = ipaddress.ip_address(named)
        except ValueError:
            raise _bad_webhook("Invalid IP address specified") from None
        if local and address.is_loopback:
            return str(address)
        if address.version != 4:  # noqa: PLR2004 - IPv4
            raise _bad_webhook("IPv6-only addresses are not allowed")
        if not address.is_global:
            raise _bad_webhook(f"IP address {address} is reserved")
        return str(address)


def _bad_webhook(why: str) -> ApiError:
    return bad(f"bad webhook: {why}")


def _connections(read: dict[str, Any]) -> int:
    given = int(read.get("max_connections") or USUAL_CONNECTIONS)
    return min(max(given, 1), MOST_CONNECTIONS)


def _hook(url: str, read: dict[str, Any]) -> Webhook:
    """The webhook that a call asks for. A URL without a scheme means https."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        port = parts.port
    except ValueError:
        raise bad("invalid webhook URL specified") from None
    if parts.scheme not in {"http", "https"} or not HOST.fullmatch(parts.hostname or "") or port == 0:
        raise bad("invalid webhook URL specified")
    secret = read.get("secret_token", "")
    if len(secret) > MOST_SECRET:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    given = read.get("certificate")
    certificate = given.content if isinstance(given, Upload) else None
    if certificate is not None and len(certificate) > MOST_CERTIFICATE:
        raise bad(f"certificate size is too big ({len(certificate)} bytes)")
    return Webhook(url, parts, _connections(read), secret, read.get("ip_address", ""), certificate)
