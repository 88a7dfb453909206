"""How the owner's line names a role."""

import pytest

from bot.rules.rights import Role
from bot.rules.staff.roles import read_role


@pytest.mark.parametrize(
    ("line", "role", "rest"),
    [
        ("@jun host", Role.HOST, "@jun"),
        ("host @jun", Role.HOST, "@jun"),
        ("@jun  Operator ", Role.OPERATOR, "@jun"),
        ("host", Role.HOST, ""),
        ("Jun Kim", None, "Jun Kim"),
        ("@jun owner", None, "@jun owner"),
        ("the host Jun", None, "the host Jun"),
        ("", None, ""),
    ],
)
def test_read_role(line: str, role: Role | None, rest: str) -> None:
    """The role stands first or last; every other word is the name's."""
    assert read_role(line) == (role, rest)
