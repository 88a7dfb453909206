"""Settings: read once from the environment (or `.env`), checked, frozen, passed down."""

from difflib import get_close_matches
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

SQLITE = ("sqlite", "sqlite+aiosqlite", "sqlite+pysqlite")
POSTGRES = (
    "postgres",
    "postgresql",
    "postgres+asyncpg",
    "postgresql+asyncpg",
    "postgresql+psycopg",
    "postgresql+psycopg2",
)
"""Spellings that hosts and other programs use; which driver is used is ours to say."""
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SSL_WORDS = {"true": "require", "1": "require", "on": "require", "false": "disable", "0": "disable", "off": "disable"}
"""What some hosts write instead."""
TAKEN = (
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
"""What may stand after `?` in a PostgreSQL address, or how it begins: what asyncpg or the server knows."""
LEFT_OUT = (
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
"""What hosts put there for other drivers, or how it begins."""
DATABASES = "it should look like sqlite:///data/encore.db or postgresql://user:password@host/name"
LONGEST_NAME = 24
"""A longer word that stands where a name should may be the lower half of a secret: it isn't repeated."""


class SettingsError(Exception):
    """Settings that the bot can't start with: one line that names the variable."""


def _token(value: SecretStr) -> SecretStr:
    head, _, tail = value.get_secret_value().partition(":")
    if not head.isdigit() or not tail or not all(c.isalnum() or c in "_-" for c in tail):
        raise ValueError("it should look like 123456:ABC-DEF, as BotFather gives it")
    return value


def _database(value: SecretStr) -> SecretStr:
    """One spelling for each database: `sqlite:///path` or `postgresql://…`, which all of the store goes by."""
    try:
        url = make_url(value.get_secret_value().strip())
    except (ArgumentError, ValueError):  # a port that is no number, too
        raise ValueError(DATABASES) from None
    if url.drivername in SQLITE:
        return SecretStr(_sqlite(url))
    if url.drivername in POSTGRES:
        return SecretStr(_postgres(url))
    raise ValueError(DATABASES)


def _sqlite(url: URL) -> str:
    if url.host or url.query or (url.database or "").startswith("file:"):
        raise ValueError("it should be sqlite:/// and a path, as sqlite:///data/encore.db or sqlite:////srv/encore.db")
    if not url.database or url.database == ":memory:":
        raise ValueError("it should name a file, as sqlite:///data/encore.db does")
    return f"sqlite:///{quote(url.database)}"


def _postgres(url: URL) -> str:
    query = {name: ",".join(told) if isinstance(told, tuple) else told for name, told in url.query.items()}
    ssl = query.pop("sslmode", query.pop("ssl", None))
    if ssl is not None:
        query["sslmode"] = SSL_WORDS.get(ssl.lower(), ssl)
        if query["sslmode"] not in SSL_MODES:
            raise ValueError(f"sslmode should be one of {', '.join(SSL_MODES)}")
    known = {name: told for name, told in query.items() if not name.startswith(LEFT_OUT)}
    if not all(name.startswith(TAKEN) for name in known):  # it may be part of a password: it isn't repeated
        raise ValueError(f"after ? it may have {', '.join(TAKEN)}")
    return url.set(drivername="postgresql", query=known).render_as_string(hide_password=False)


def _api(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("it should begin with http:// or https://")
    return value.rstrip("/")


def _public(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}  # the demo's; browsers trust it
    if not (parts.scheme == "https" or here) or not parts.hostname or parts.query or parts.fragment or "@" in value:
        raise ValueError("it should look like https://shop.example, the address that your reverse proxy answers")
    return value.rstrip("/")


class Settings(BaseSettings):
    """What the operator can set. The README's table lists the same names."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="forbid", frozen=True)

    bot_token: Annotated[SecretStr, AfterValidator(_token)]
    telegram_api_url: Annotated[str, AfterValidator(_api)] = "https://api.telegram.org"
    database_url: Annotated[SecretStr, AfterValidator(_database)] = SecretStr("sqlite:///data/encore.db")
    owner_id: int | None = Field(default=None, ge=1, lt=2**52)
    """Who founds the first shop: only a group that this person created. Without it whoever adds the bot first."""
    open: bool = False
    """Whether groups of strangers may found shops of their own here."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"
    concurrency: int = Field(default=128, ge=1, le=512)
    """Updates handled at once."""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where health and metrics are told, on this machine only; nothing listens without it."""
    public_url: Annotated[str, AfterValidator(_public)] | None = None
    """Where fans find the pages that the port serves, by a reverse proxy; without it no button leads to them."""

    @field_validator("public_url")
    @classmethod
    def _needs_port(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("metrics_port") is None:
            raise ValueError("it needs METRICS_PORT, which serves its pages")
        return value

    @property
    def bot_id(self) -> int:
        """The bot's own user id, which its token begins with."""
        return int(self.bot_token.get_secret_value().partition(":")[0])


def load_settings() -> Settings:
    """Read the environment, and `.env`, in which nothing else may stand: a name with a typo would go unnoticed.

    Raises:
        SettingsError: something is missing or wrong; its text never repeats a secret's value.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("; ".join(_sentence(problem) for problem in error.errors(include_input=False))) from None
    except UnicodeDecodeError:
        raise SettingsError(".env isn't plain text: save it as UTF-8") from None


def _sentence(problem: object) -> str:
    details = dict(problem) if isinstance(problem, dict) else {}
    name = "_".join(str(part) for part in details.get("loc", ())).upper() or "settings"
    if details.get("type") == "missing":
        return f"{name} is not set"
    if details.get("type") == "extra_forbidden":
        return _unknown(name)
    message = str(details.get("msg", "is wrong")).removeprefix("Value error, ")
    return f"{name} is wrong: {message}"


def _unknown(name: str) -> str:
    """A line of `.env` that sets nothing of ours; what may be a secret that was pasted alone isn't repeated."""
    meant = get_close_matches(name, [field.upper() for field in Settings.model_fields], n=1)
    if meant:
        return f"{name} in .env is no setting; did you mean {meant[0]}?"
    if name.isidentifier() and len(name) <= LONGEST_NAME:
        return f"{name} in .env is no setting; .env.example lists them all"
    return "a line in .env is no setting; .env.example lists them all"
