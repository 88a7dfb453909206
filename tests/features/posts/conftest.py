"""What tests of posts share."""

import pytest

from bot.store.engine.db import Database
from tests.features.posts.weeks import ShopsWeek
from tests.features.scene import Causes

EVENINGS = "0 20 * * *"


@pytest.fixture
async def week(db: Database, causes: Causes) -> ShopsWeek:
    """A week of posts at eight in the evening."""
    week = await ShopsWeek.open(db, causes)
    await week.slot(EVENINGS)
    return week
