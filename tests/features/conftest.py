"""What tests of features share."""

import pytest

from tests.features.scene import Causes


@pytest.fixture
def causes() -> Causes:
    """Fresh causes."""
    return Causes()
