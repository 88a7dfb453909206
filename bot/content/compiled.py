"""A cache of compiled templates beside Python's own. Without it each start would compile for some seconds."""

import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache

HERE = Path(__file__).parent
CACHE_FOLDER = HERE / "__pycache__"


class TemplateCache(FileSystemBytecodeCache):
    """The compiled templates of one environment, in Python's own folder `__pycache__` beside this file."""

    def __init__(self, environment: str, folder: Path = CACHE_FOLDER) -> None:
        super().__init__(str(folder), f"{environment}-%s.{sys.implementation.cache_tag}.j2c")

    @property
    def is_of_use(self) -> bool:
        """Whether templates may be kept, or are kept already: a folder that can only be read will do."""
        return Path(self.directory).is_dir() and (
            not sys.dont_write_bytecode or any(Path(self.directory).glob("*.j2c"))
        )

    def get_source_checksum(self, source: str) -> str:
        """Changes with the template's text and with our filters: Jinja2 applies filters to constants at once."""
        return f"{super().get_source_checksum(source)}-{_code_checksum()}"

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template. If that fails, as on a full disk or in a folder that is only read, it is compiled again."""
        if sys.dont_write_bytecode:
            return
        try:
            super().dump_bytecode(bucket)
        except OSError:
            return


@cache
def _code_checksum() -> str:
    """Changes with the Python files of this folder."""
    checksum = sha256()
    for file in sorted(HERE.glob("*.py")):
        checksum.update(file.read_bytes())
    return checksum.hexdigest()[:16]
