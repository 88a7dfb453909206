"""The webhook by itself: whose it is, what to do about it, what is in the way, and the settings that ask for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.rules.listen import Listen, Tcp, Unix, read_listen
from bot.rules.webhook import (
    FAILS_FOR,
    Failure,
    Hindrance,
    Step,
    Told,
    Wanted,
    fits_path,
    is_marked,
    is_recent,
    is_same_address,
    judge,
    mark_of,
    segments_of,
)
from bot.settings import Settings

TOKEN = "42:TEST"
ADDRESS = "https://shop.example/telegram"
WANTED = Wanted.of(TOKEN, ADDRESS)
KINDS = frozenset({"message", "callback_query"})
FINE = Told(WANTED.url, KINDS, 100, 0, None)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "at_start", "later"),
    [
        (FINE, Step.KEEP, Step.KEEP),
        (replace(FINE, url=WANTED.url.replace("https://shop", "https://SHOP")), Step.KEEP, Step.KEEP),
        (replace(FINE, url=WANTED.url.replace(".example/", ".example:443/")), Step.KEEP, Step.KEEP),
        (replace(FINE, url=""), Step.SET, Step.SET),
        (replace(FINE, url=ADDRESS), Step.SET, Step.SET),
        (replace(FINE, url=f"{ADDRESS}?encore=another"), Step.SET, Step.SET),
        (replace(FINE, allowed=frozenset({"message"})), Step.SET, Step.SET),
        (replace(FINE, connections=40), Step.SET, Step.SET),
        (replace(FINE, url=Wanted.of(TOKEN, "https://old.example").url), Step.SET, Step.LEAVE),
        (replace(FINE, url=Wanted.of("43:OTHER", "https://old.example").url), Step.LEAVE, Step.LEAVE),
        (replace(FINE, url="https://another.example/hook"), Step.LEAVE, Step.LEAVE),
        (replace(FINE, url="https://shop.example:8443/telegram"), Step.LEAVE, Step.LEAVE),
        (replace(FINE, url="https://["), Step.LEAVE, Step.LEAVE),
    ],
)
def test_what_to_do(told: Told, at_start: Step, later: Step) -> None:
    """Ours is kept or set, another program's is left alone; only a start replaces ours at another address."""
    assert judge(told, WANTED, KINDS, starting=True) is at_start
    assert judge(told, WANTED, KINDS, starting=False) is later


def test_secret_and_mark() -> None:
    """Both follow from the token alone, differ from one another and between bots, and Telegram takes the secret."""
    other = Wanted.of("43:TEST", ADDRESS)
    assert Wanted.of(TOKEN, "https://old.example").secret == WANTED.secret
    assert len({WANTED.secret, WANTED.mark, other.secret, other.mark}) == 4
    assert WANTED.mark not in WANTED.secret
    assert WANTED.secret.isalnum()
    assert is_marked(WANTED.url, mark_of(TOKEN))
    assert not is_marked(WANTED.url, mark_of("43:TEST"))
    assert WANTED.secret not in repr(WANTED)


@pytest.mark.parametrize(
    "result", [None, [], {}, {"url": 5, "pending_update_count": -1, "allowed_updates": 7, "last_error_date": "x"}]
)
def test_odd_answers(result: Any) -> None:
    """What isn't as documented counts as missing."""
    assert Told.read(result) == Told("", frozenset(), 0, 0, None)


def test_what_telegram_tells() -> None:
    """The whole answer is read; a reason of many lines becomes one."""
    told = Told.read(
        {
            "url": "https://shop.example/secret",
            "pending_update_count": 7,
            "max_connections": 100,
            "allowed_updates": ["message"],
            "last_error_date": int(NOON.timestamp()),
            "last_error_message": "Connection\n timed\x1b out",
        }
    )
    assert told.failure == Failure(NOON, "Connection timed out")
    assert (told.host, told.pending, told.connections) == ("shop.example", 7, 100)
    assert told.allowed == {"message"}
    assert is_recent(Failure(NOON, ""), NOON + FAILS_FOR)
    assert not is_recent(Failure(NOON, ""), NOON + FAILS_FOR + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("reason", "hindrance"),
    [
        ("Connection refused", Hindrance.UNREACHABLE),
        ("Connection timed out", Hindrance.UNREACHABLE),
        ("Read timeout expired", Hindrance.UNREACHABLE),
        ("Failed to resolve host: Name or service not known", Hindrance.UNREACHABLE),
        ("SSL error {error:0A000086:SSL routines::certificate verify failed}", Hindrance.CERTIFICATE),
        ("Wrong response from the webhook: 404 Not Found", Hindrance.NOT_FOUND),
        ("Wrong response from the webhook: 405 Method Not Allowed", Hindrance.NOT_FOUND),
        ("Wrong response from the webhook: 413 Request Entity Too Large", Hindrance.TOO_LARGE),
        ("Wrong response from the webhook: 301 Moved Permanently", Hindrance.REDIRECT),
        ("Wrong response from the webhook: 502 Bad Gateway", Hindrance.GATEWAY),
        ("Wrong response from the webhook: 503 Service Unavailable", Hindrance.BUSY),
        ("Wrong response from the webhook: 500 Internal Server Error", Hindrance.OTHER),
        ("", Hindrance.OTHER),
    ],
)
def test_what_is_in_the_way(reason: str, hindrance: Hindrance) -> None:
    """Telegram's words for a failure say what to look at."""
    assert Failure(NOON, reason).hindrance is hindrance


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("/shop/bot/telegram", True),
        ("/bot/telegram", True),
        ("/telegram", True),
        ("//telegram/", True),
        ("/", True),
        ("/shop", False),
        ("/shop/bot", False),
        ("/more/shop/bot/telegram", False),
        ("/telegram/more", False),
        ("/gram", False),
    ],
)
def test_paths(path: str, fits: bool) -> None:  # a table's column
    """The whole path is answered, and what a proxy leaves that takes leading parts away; nothing else."""
    assert fits_path(segments_of(path), Wanted.of(TOKEN, "https://x.example/shop/bot/telegram").segments) is fits


def test_same_addresses() -> None:
    """Scheme, host, port and path count; the query and spelling don't."""
    assert is_same_address("https://a.example/x/?q=1", "https://A.example:443/x")
    assert not is_same_address("http://a.example/x", "https://a.example/x")
    assert not is_same_address("https://a.example/x", "https://a.example/y")
    assert not is_same_address("https://a.example:99999/x", "https://a.example/x")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("8081", Tcp("127.0.0.1", 8081)),
        ("0.0.0.0:8081", Tcp("0.0.0.0", 8081)),  # noqa: S104
        ("localhost:80", Tcp("localhost", 80)),
        ("[::1]:8081", Tcp("::1", 8081)),
        ("unix:/run/encore/hook.sock", Unix("/run/encore/hook.sock")),
    ],
)
def test_where_to_listen(text: str, where: Listen) -> None:
    """A port, a host with a port, or a socket."""
    assert read_listen(text) == where


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web",
        "0",
        "65536",
        "1" * 9,
        "-1",
        "٨٠",
        ":8081",
        "::1:80",
        "a b:80",
        "http://x:80",
        "unix:",
        "unix:run/a.sock",
        "unix:/run/",
        "unix:/" + "a" * 100,
    ],
)
def test_nowhere_to_listen(text: str) -> None:
    """Everything else is refused."""
    with pytest.raises(ValueError, match=r"it should|its port|the path"):
        read_listen(text)


def asked(**more: Any) -> Settings:
    """Settings with a webhook."""
    return Settings.model_validate(
        {"bot_token": TOKEN, "webhook_listen": "8081", "webhook_url": ADDRESS, "metrics_port": 9108} | more
    )


@pytest.mark.parametrize(
    "more",
    [
        {"webhook_url": "http://shop.example/telegram"},
        {"webhook_url": "https://shop.example:8080/telegram"},
        {"webhook_url": "https://shop.example:port/"},
        {"webhook_url": "https://me:secret@shop.example/"},
        {"webhook_url": "https://shop.example/?a=b"},
        {"webhook_url": "https://shop.example/#a"},
        {"webhook_url": "https:///telegram"},
        {"webhook_url": "https://shop.example/a b"},
        {"webhook_url": "https://сцена.example/"},
        {"webhook_url": "shop.example"},
        {"webhook_url": ""},
        {"webhook_listen": None},
        {"webhook_listen": "9108"},
        {"webhook_listen": "0.0.0.0:9108"},
        {"webhook_listen": "here"},
    ],
)
def test_bad_settings(more: dict[str, Any]) -> None:
    """An address to which Telegram wouldn't deliver, or nowhere to listen, is refused before the start."""
    with pytest.raises(ValidationError) as refused:
        asked(**more)
    (problem,) = refused.value.errors()
    assert problem["loc"] in {("webhook_url",), ("webhook_listen",)}
    assert "secret" not in problem["msg"]


def test_good_settings() -> None:
    """Any path and Telegram's four ports; one's own server takes any address; without WEBHOOK_URL the bot polls."""
    for url in (ADDRESS, "https://shop.example", "https://shop.example:8443/a/b/", "https://shop.example:88"):
        found = asked(webhook_url=url)
        assert found.webhook is not None
        assert found.webhook.url.startswith(f"{url}?encore=")
        assert found.listen == Tcp("127.0.0.1", 8081)
    own = asked(webhook_url="http://10.0.0.7:5000/hook", telegram_api_url="http://10.0.0.8:8081")
    assert own.webhook is not None
    polls = asked(webhook_url=None)
    assert polls.webhook is None
    assert polls.listen is None
