"""Who may steer a shop: a table of what Telegram says and what follows."""

import pytest

from bot.rules.rights import HomeStaff, Role, role_at_home

MINA, JUN, ANA = 10, 20, 30


@pytest.mark.parametrize(
    ("user_id", "creator", "administrators", "denied", "role"),
    [
        (MINA, MINA, {JUN}, set(), Role.OWNER),
        (JUN, MINA, {JUN}, set(), Role.OPERATOR),
        (ANA, MINA, {JUN}, set(), Role.FAN),
        # Handed over: the old owner is what Telegram says, here an administrator, there nobody.
        (MINA, JUN, {MINA}, set(), Role.OPERATOR),
        (MINA, JUN, set(), set(), Role.FAN),
        # A group without a creator has no owner; its administrators go on.
        (MINA, None, {JUN}, set(), Role.FAN),
        (JUN, None, {JUN}, set(), Role.OPERATOR),
        # Denied by the owner: whatever Telegram says, unless the group is theirs by now.
        (JUN, MINA, {JUN}, {JUN}, Role.FAN),
        (JUN, JUN, {MINA}, {JUN}, Role.OWNER),
    ],
)
def test_role_at_home(
    user_id: int, creator: int | None, administrators: set[int], denied: set[int], role: Role
) -> None:
    """The home group's creator owns, its administrators help, nobody else does."""
    assert role_at_home(user_id, HomeStaff(creator, frozenset(administrators)), frozenset(denied)) is role
