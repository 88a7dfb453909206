"""Settings: read once from the environment (or `.env`), checked, and passed down. They never change."""

from difflib import get_close_matches
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.rules.listen import LOOPBACK, Listen, Tcp, read_listen
from bot.rules.webhook import Wanted

SQLITE = ("sqlite", "sqlite+aiosqlite", "sqlite+pysqlite")
POSTGRES = (
    "postgres",
    "postgresql",
    "postgres+asyncpg",
    "postgresql+asyncpg",
    "postgresql+psycopg",
    "postgresql+psycopg2",
)
"""Spellings that hosts and other programs use. The bot always uses its own driver."""
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SSL_WORDS = {"true": "require", "1": "require", "on": "require", "false": "disable", "0": "disable", "off": "disable"}
"""Spellings of `ssl` that some hosts use, and the `sslmode` that they mean."""
ALLOWED_OPTIONS = (
    "application_name",
    "host",
    "options",
    "passfile",
    "port",
    "search_path",
    "ssl",
    "target_session_attrs",
    "user",
)
"""Beginnings of options that may stand after `?` in a PostgreSQL address: asyncpg or the server knows them."""
DROPPED_OPTIONS = (
    "channel_binding",
    "client_encoding",
    "connect",
    "gssencmode",
    "keepalives",
    "pgbouncer",
    "pool_timeout",
    "prepared_statement_cache_size",
    "sslsni",
    "statement_cache_size",
)
"""Beginnings of options that hosts write for other drivers: they are removed."""
DATABASE_HINT = "it should look like sqlite:///data/encore.db or postgresql://user:password@host/name"
PUBLIC_API = "https://api.telegram.org"
WEBHOOK_PORTS = (80, 88, 443, 8443)
"""The ports to which Telegram delivers: https://core.telegram.org/bots/api#setwebhook."""
WEBHOOK_HINT = "it should look like https://shop.example/telegram, the address that your reverse proxy answers"
LONGEST_NAME = 24
"""Characters. A longer name may be a part of a secret that was pasted, so no message repeats it."""


class SettingsError(Exception):
    """The bot can't start with these settings. The text is one line that names the variable."""


def _check_token(value: SecretStr) -> SecretStr:
    head, _, tail = value.get_secret_value().partition(":")
    if not head.isdigit() or not tail or not all(c.isalnum() or c in "_-" for c in tail):
        raise ValueError("it should look like 123456:ABC-DEF, as BotFather gives it")
    return value


def _check_database_url(value: SecretStr) -> SecretStr:
    """The address in the one spelling that the store expects: `sqlite:///path` or `postgresql://…`."""
    try:
        url = make_url(value.get_secret_value().strip())
    except (ArgumentError, ValueError):  # ValueError: the port is no number
        raise ValueError(DATABASE_HINT) from None
    if url.drivername in SQLITE:
        return SecretStr(_check_sqlite_url(url))
    if url.drivername in POSTGRES:
        return SecretStr(_check_postgres_url(url))
    raise ValueError(DATABASE_HINT)


def _check_sqlite_url(url: URL) -> str:
    if url.host or url.query or (url.database or "").startswith("file:"):
        raise ValueError("it should be sqlite:/// and a path, as sqlite:///data/encore.db or sqlite:////srv/encore.db")
    if not url.database or url.database == ":memory:":
        raise ValueError("it should name a file, as sqlite:///data/encore.db does")
    return f"sqlite:///{quote(url.database)}"


def _check_postgres_url(url: URL) -> str:
    query = {name: ",".join(values) if isinstance(values, tuple) else values for name, values in url.query.items()}
    ssl = query.pop("sslmode", query.pop("ssl", None))
    if ssl is not None:
        query["sslmode"] = SSL_WORDS.get(ssl.lower(), ssl)
        if query["sslmode"] not in SSL_MODES:
            raise ValueError(f"sslmode should be one of {', '.join(SSL_MODES)}")
    known = {name: value for name, value in query.items() if not name.startswith(DROPPED_OPTIONS)}
    # What was written may be part of a password, so it isn't repeated.
    if not all(name.startswith(ALLOWED_OPTIONS) for name in known):
        raise ValueError(f"after ? it may have {', '.join(ALLOWED_OPTIONS)}")
    return url.set(drivername="postgresql", query=known).render_as_string(hide_password=False)


def _check_api_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("it should begin with http:// or https://")
    return value.rstrip("/")


def _check_public_url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    # The demo's page: browsers trust their own machine.
    here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if not (parts.scheme == "https" or here) or not parts.hostname or parts.query or parts.fragment or "@" in value:
        raise ValueError("it should look like https://shop.example, the address that your reverse proxy answers")
    return value.rstrip("/")


def _check_webhook_url(value: str) -> str:
    try:
        parts = urlsplit(value.strip())
        parts.port  # noqa: B018  # it raises ValueError if the port is no number
    except ValueError:
        raise ValueError(WEBHOOK_HINT) from None
    odd = parts.query or parts.fragment or "@" in parts.netloc or not parts.hostname
    if parts.scheme not in {"https", "http"} or odd or not value.isascii() or any(sign.isspace() for sign in value):
        raise ValueError(WEBHOOK_HINT)
    return value


def _check_listen(value: str) -> str:
    read_listen(value)
    return value


class Settings(BaseSettings):
    """All settings. The table in the README lists the same names."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="forbid", frozen=True)

    bot_token: Annotated[SecretStr, AfterValidator(_check_token)]
    telegram_api_url: Annotated[str, AfterValidator(_check_api_url)] = PUBLIC_API
    database_url: Annotated[SecretStr, AfterValidator(_check_database_url)] = SecretStr("sqlite:///data/encore.db")
    owner_id: int | None = Field(default=None, ge=1, lt=2**52)
    """The user id of who may found the first shop: in a group that they created. None: whoever adds the bot first."""
    open: bool = False
    """Whether other people's groups may found shops of their own."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"
    concurrency: int = Field(default=128, ge=1, le=512)
    """Updates that are handled at the same time, at most."""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """The port of health, metrics and pages, on this machine only. None: nothing listens."""
    public_url: Annotated[str, AfterValidator(_check_public_url)] | None = None
    """The public address of the pages that the port serves, behind a reverse proxy. None: no button leads to them."""

    webhook_listen: Annotated[str, AfterValidator(_check_listen)] | None = None
    """Where Telegram's deliveries come in, from the reverse proxy: a port, host:port or a unix socket."""
    webhook_url: Annotated[str, AfterValidator(_check_webhook_url)] | None = None
    """The public address to which Telegram delivers updates. None: the bot polls."""

    @field_validator("webhook_listen")
    @classmethod
    def _has_own_port(cls, value: str | None, info: ValidationInfo) -> str | None:
        port = info.data.get("metrics_port")
        if value is not None and port is not None and read_listen(value) in {Tcp(LOOPBACK, port), Tcp("0.0.0.0", port)}:  # noqa: S104
            raise ValueError("METRICS_PORT has this port; choose another")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _can_be_delivered_to(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Telegram's own server delivers by https to four ports. A Bot API server of one's own takes any address."""
        if value is None:
            return None
        parts = urlsplit(value)
        if info.data.get("telegram_api_url") == PUBLIC_API:
            if parts.scheme != "https":
                raise ValueError("it should begin with https://, as Telegram delivers by nothing else")
            if (parts.port if parts.port is not None else 443) not in WEBHOOK_PORTS:
                raise ValueError("its port should be 443, 80, 88 or 8443, as Telegram delivers to no other")
        if "webhook_listen" in info.data and info.data["webhook_listen"] is None:
            raise ValueError("it needs WEBHOOK_LISTEN, where its deliveries come in")
        return value

    @field_validator("public_url")
    @classmethod
    def _needs_port(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("metrics_port") is None:
            raise ValueError("it needs METRICS_PORT, which serves its pages")
        return value

    @property
    def bot_id(self) -> int:
        """The bot's own user id: the part of its token before the colon."""
        return int(self.bot_token.get_secret_value().partition(":")[0])

    @property
    def webhook(self) -> Wanted | None:
        """The webhook that shall be set; None if the bot polls."""
        return Wanted.of(self.bot_token.get_secret_value(), self.webhook_url) if self.webhook_url is not None else None

    @property
    def listen(self) -> Listen | None:
        """Where deliveries come in; None if the bot polls."""
        return read_listen(self.webhook_listen) if self.webhook_url and self.webhook_listen else None

    @property
    def several(self) -> bool:
        """Whether other processes may work on the database too: deliveries can go to several of them."""
        return self.webhook is not None and self.database_url.get_secret_value().startswith("postgresql:")


def load_settings() -> Settings:
    """Read the environment and `.env`. An unknown name in `.env` is an error, because it may be a typo.

    Raises:
        SettingsError: a setting is missing or wrong. Its text never repeats a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("; ".join(_explain(problem) for problem in error.errors(include_input=False))) from None
    except UnicodeDecodeError:
        raise SettingsError(".env isn't plain text: save it as UTF-8") from None


def _explain(problem: object) -> str:
    details = dict(problem) if isinstance(problem, dict) else {}
    name = "_".join(str(part) for part in details.get("loc", ())).upper() or "settings"
    if details.get("type") == "missing":
        return f"{name} is not set"
    if details.get("type") == "extra_forbidden":
        return _explain_unknown(name)
    message = str(details.get("msg", "is wrong")).removeprefix("Value error, ")
    return f"{name} is wrong: {message}"


def _explain_unknown(name: str) -> str:
    """The message for an unknown name in `.env`. A text that may be a pasted secret isn't repeated."""
    meant = get_close_matches(name, [field.upper() for field in Settings.model_fields], n=1)
    if meant:
        return f"{name} in .env is no setting; did you mean {meant[0]}?"
    if name.isidentifier() and len(name) <= LONGEST_NAME:
        return f"{name} in .env is no setting; .env.example lists them all"
    return "a line in .env is no setting; .env.example lists them all"
