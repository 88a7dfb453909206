"""How `doctor` judges where the bot stands in a group or a channel."""

import pytest

from bot.rules.doctor.chats import (
    GROUP_RIGHTS,
    ChannelClosed,
    ChannelFine,
    Chat,
    ChatLeft,
    GroupFine,
    NotAdministrator,
    RightsMissing,
    Standing,
    judge_chat,
)
from bot.rules.doctor.findings import Finding

GROUP = Chat(-1001, "Silk room", is_channel=False)
CHANNEL = Chat(-1002, "Silk news", is_channel=True)
ALL = frozenset(GROUP_RIGHTS)


@pytest.mark.parametrize(
    ("chat", "status", "rights", "expected"),
    [
        (GROUP, "administrator", ALL, GroupFine("Silk room")),
        (
            GROUP,
            "administrator",
            ALL - {"can_pin_messages", "can_invite_users"},
            RightsMissing("Silk room", ("can_invite_users", "can_pin_messages")),
        ),
        (GROUP, "member", frozenset(), NotAdministrator("Silk room", privacy=True)),
        (GROUP, "restricted", frozenset(), NotAdministrator("Silk room", privacy=True)),
        (GROUP, "left", frozenset(), ChatLeft("Silk room")),
        (GROUP, "kicked", frozenset(), ChatLeft("Silk room")),
        (CHANNEL, "administrator", frozenset({"can_post_messages"}), ChannelFine("Silk news")),
        (CHANNEL, "administrator", ALL, ChannelClosed("Silk news")),
        (CHANNEL, "member", frozenset(), ChannelClosed("Silk news")),
        (CHANNEL, "left", frozenset(), ChatLeft("Silk news")),
    ],
)
def test_a_chat(chat: Chat, status: str, rights: frozenset[str], expected: Finding) -> None:
    """A group wants an administrator with four rights, a channel one who may post."""
    assert judge_chat(chat, Standing(status, rights), privacy=True) == expected
