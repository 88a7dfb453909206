"""getFile. Rules: https://core.telegram.org/bots/api#getfile; a bot downloads at most 20 MB."""

from typing import Any

from sandbox.errors import bad
from sandbox.files import number_of
from sandbox.methods.ask import Ask

MOST_DOWNLOAD = 20 * 1024 * 1024


def get_file(ask: Ask) -> dict[str, Any]:
    """The path by which this bot downloads a file."""
    number = number_of(ask.params["file_id"], ask.bot)
    file = ask.world.files.get(number) if number is not None else None
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > MOST_DOWNLOAD:
        raise bad("file is too big")
    return {
        "file_id": file.id_for(ask.bot),
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }


METHODS = {"getFile": get_file}
