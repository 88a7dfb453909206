"""Studios that tests of airings share."""

import pytest

from bot.store.engine.db import Database
from tests.features.scene import Causes
from tests.features.studio import Studio


@pytest.fixture
async def studio(db: Database, causes: Causes) -> Studio:
    """A studio whose first airing is planned for eight."""
    studio = await Studio.open(db, causes)
    await studio.plan(url="https://example.com/live")
    return studio


@pytest.fixture
async def weekly(db: Database, causes: Causes) -> Studio:
    """A studio with an airing each Monday at eight."""
    studio = await Studio.open(db, causes)
    await studio.plan(weekly=True)
    return studio
