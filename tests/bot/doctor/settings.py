"""Settings for looking at a shop with `doctor`, and the time of the machine."""

from datetime import UTC, datetime

from bot.settings import Settings

SECRET = "Sesame-open"
TOKEN = f"42:{SECRET}"


def at(url: str, token: str = TOKEN, database: str = "sqlite:///nowhere.db") -> Settings:
    """Settings that point somewhere."""
    return Settings.model_validate({"bot_token": token, "telegram_api_url": url, "database_url": database})


def now() -> datetime:
    """The machine's time, as `doctor` asks for it."""
    return datetime.now(UTC)  # noqa: TID251  # compared with the header that a server writes
