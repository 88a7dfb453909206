"""Who is an operator although the owner denies somebody, and who may take what back."""

import pytest

from bot.rules.rights import HomeStaff, Role, anonymous_role, may_undo, role_at_home

OWNER, ANA, BEN, EVE = 1, 2, 3, 4
HOME = HomeStaff(OWNER, frozenset({ANA, BEN}))


@pytest.mark.parametrize(
    ("user_id", "denied", "role"),
    [
        (OWNER, set(), Role.OWNER),
        (OWNER, {OWNER}, Role.OWNER),  # denied as an operator, the creator by now
        (ANA, set(), Role.OPERATOR),
        (ANA, {ANA}, Role.FAN),
        (BEN, {ANA}, Role.OPERATOR),
        (EVE, set(), Role.FAN),
        (EVE, {EVE}, Role.FAN),
    ],
)
def test_a_denied_administrator_is_a_fan(user_id: int, denied: set[int], role: Role) -> None:
    """Who is denied is nobody's staff, whatever Telegram says; but for the owner."""
    assert role_at_home(user_id, HOME, denied=user_id in denied) is role


@pytest.mark.parametrize(
    ("denied", "role"), [(set(), Role.OPERATOR), ({EVE}, Role.OPERATOR), ({ANA}, Role.FAN), ({ANA, EVE}, Role.FAN)]
)
def test_anonymous_administrators(denied: set[int], role: Role) -> None:
    """They are operators, but while one of the administrators is denied: it could be them."""
    assert anonymous_role(HOME, frozenset(denied)) is role


@pytest.mark.parametrize(
    ("role", "by_owner", "owners_only", "may"),
    [
        (Role.OWNER, False, False, True),
        (Role.OWNER, True, False, True),
        (Role.OWNER, True, True, True),
        (Role.OPERATOR, False, False, True),
        (Role.OPERATOR, True, False, False),
        (Role.OPERATOR, False, True, False),
        (Role.OPERATOR, True, True, False),
        (Role.FAN, False, False, False),
        (Role.FAN, True, True, False),
    ],
)
def test_who_may_take_back(role: Role, *, by_owner: bool, owners_only: bool, may: bool) -> None:
    """The present owner takes back everything, an operator what operators did, a fan nothing."""
    assert may_undo(role, by_owner=by_owner, owners_only=owners_only) is may
