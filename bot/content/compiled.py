"""Compiled templates, kept as Python keeps its modules: to compile all of them takes seconds of each start."""

import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache

HERE = Path(__file__).parent
KEPT = HERE / "__pycache__"


class Compiled(FileSystemBytecodeCache):
    """What one environment compiled, in Python's own folder beside this file."""

    def __init__(self, environment: str, folder: Path = KEPT) -> None:
        super().__init__(str(folder), f"{environment}-%s.{sys.implementation.cache_tag}.j2c")

    @property
    def possible(self) -> bool:
        """Whether it may be kept: not if Python was told to keep nothing, nor in a folder that can't be written."""
        return not sys.dont_write_bytecode and os.access(self.directory, os.W_OK)

    def get_source_checksum(self, source: str) -> str:
        """What tells a template from an earlier one: its text, and our filters, by which constants are put in."""
        return f"{super().get_source_checksum(source)}-{_filters()}"

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it; what can't be kept, as on a full disk, is compiled again at the next start."""
        try:
            super().dump_bytecode(bucket)
        except OSError:
            return


@cache
def _filters() -> str:
    """What tells this package's code from an earlier one."""
    read = sha256()
    for file in sorted(HERE.glob("*.py")):
        read.update(file.read_bytes())
    return read.hexdigest()[:16]
