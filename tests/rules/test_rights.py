"""Who may steer a shop: a table of what Telegram says and what follows."""

import pytest

from bot.rules.rights import HomeStaff, Role, may_undo, reaches, role_at_home, sees_money

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
    assert role_at_home(user_id, HomeStaff(creator, frozenset(administrators)), denied=user_id in denied) is role


@pytest.mark.parametrize(
    ("user_id", "administrators", "denied", "given", "role"),
    [
        (ANA, {JUN}, set(), Role.HOST, Role.HOST),
        (ANA, {JUN}, set(), Role.OPERATOR, Role.OPERATOR),
        # An administrator is an operator, whatever they were given; the owner stays the owner.
        (JUN, {JUN}, set(), Role.HOST, Role.OPERATOR),
        (MINA, {JUN}, set(), Role.HOST, Role.OWNER),
        # A denial takes all of it away.
        (ANA, {JUN}, {ANA}, Role.OPERATOR, Role.FAN),
        (JUN, {JUN}, {JUN}, Role.HOST, Role.FAN),
    ],
)
def test_given_roles(user_id: int, administrators: set[int], denied: set[int], given: Role, role: Role) -> None:
    """A role that the owner gave counts for who is no administrator and isn't denied."""
    staff = HomeStaff(MINA, frozenset(administrators))
    assert role_at_home(user_id, staff, denied=user_id in denied, given=given) is role


@pytest.mark.parametrize(
    ("role", "reached", "money"),
    [
        (Role.FAN, {Role.FAN}, False),
        (Role.HOST, {Role.FAN, Role.HOST}, False),
        (Role.OPERATOR, {Role.FAN, Role.HOST, Role.OPERATOR}, True),
        (Role.OWNER, {*Role}, True),
    ],
)
def test_what_a_role_includes(role: Role, reached: set[Role], money: bool) -> None:
    """Each role may what the ones below it may; money begins with operators."""
    assert {one for one in Role if reaches(role, one)} == reached
    assert sees_money(role) is money


@pytest.mark.parametrize(
    ("role", "by_owner", "owners_only", "hosts_own", "may"),
    [
        (Role.OWNER, True, True, False, True),
        (Role.OPERATOR, False, False, False, True),
        (Role.OPERATOR, True, False, False, False),
        (Role.OPERATOR, False, True, False, False),
        (Role.HOST, False, False, True, True),
        (Role.HOST, False, False, False, False),
        (Role.HOST, True, False, True, False),
        (Role.FAN, False, False, True, False),
    ],
)
def test_who_takes_back(role: Role, by_owner: bool, owners_only: bool, hosts_own: bool, may: bool) -> None:
    """The owner everything, operators what operators did, hosts their own acts of streams, fans nothing."""
    assert may_undo(role, by_owner=by_owner, owners_only=owners_only, hosts_own=hosts_own) is may
