"""Invite links, and requests to join."""

from typing import Any

import pytest

from sandbox import CannotDoError, Person, Rights
from tests.sandbox.client import Scene


async def test_an_edit_of_a_link_keeps_the_rules(scene: Scene) -> None:
    """What a new link may not be, an edited one may not become."""
    url = (await scene.api("createChatInviteLink", chat_id=scene.group.id)).result["invite_link"]
    for given, why in (
        ({"member_limit": 100_000}, "invalid member limit specified"),
        ({"member_limit": 1, "creates_join_request": True}, "member limit can't be specified for links requiring"),
        ({"expire_date": 1}, "EXPIRE_DATE_INVALID"),
    ):
        refused = await scene.api("editChatInviteLink", chat_id=scene.group.id, invite_link=url, **given)
        assert why in refused.refusal


async def test_a_link_into_a_public_group_is_not_told(scene: Scene, newcomer: Person) -> None:
    """In a public group a join names no link; a private group's does."""
    await scene.api.updates(allowed_updates=["chat_member"])
    scene.group.username = "silk_room"
    link = (await scene.api("createChatInviteLink", chat_id=scene.group.id, name="story")).result["invite_link"]
    newcomer.joins(scene.group, link)
    assert "invite_link" not in (await scene.api.read_all())[-1]["chat_member"]


async def test_invite_links(scene: Scene) -> None:
    """A named link tells by whom and through what someone joined; a revoked or expired one opens nothing."""
    await scene.api.updates(allowed_updates=["chat_member"])
    expires = int(scene.telegram.clock.now()) + 60
    link = (await scene.api("createChatInviteLink", chat_id=scene.group.id, name="story", expire_date=expires)).result
    people = [scene.telegram.add_user(name) for name in ("Anna", "Ben", "Cleo")]

    people[0].joins(scene.group, link["invite_link"])

    change = (await scene.api.read_all())[-1]["chat_member"]
    assert change["invite_link"]["name"] == "story"
    scene.telegram.clock.advance(61)
    with pytest.raises(CannotDoError, match="INVITE_HASH_EXPIRED"):
        people[1].joins(scene.group, link["invite_link"])
    other = (await scene.api("createChatInviteLink", chat_id=scene.group.id)).result["invite_link"]
    revoked = await scene.api("revokeChatInviteLink", chat_id=scene.group.id, invite_link=other)
    assert revoked.result["is_revoked"] is True
    with pytest.raises(CannotDoError):
        people[2].joins(scene.group, other)


async def test_full_links(scene: Scene) -> None:
    """A link's limit counts those who came through it and are still there."""
    made = await scene.api("createChatInviteLink", chat_id=scene.group.id, member_limit=1)
    link = made.result["invite_link"]
    anna, ben = scene.telegram.add_user("Anna"), scene.telegram.add_user("Ben")
    anna.joins(scene.group, link)
    with pytest.raises(CannotDoError):
        ben.joins(scene.group, link)

    anna.leaves(scene.group)

    ben.joins(scene.group, link)


async def test_join_requests(scene: Scene) -> None:
    """A request reaches the bot, lets it write for five minutes, and is approved once."""
    await scene.api.updates(allowed_updates=["chat_join_request", "chat_member"])
    made = await scene.api("createChatInviteLink", chat_id=scene.group.id, creates_join_request=True)
    anna = scene.telegram.add_user("Anna")
    ids = {"chat_id": scene.group.id, "user_id": anna.id}
    missing = await scene.api("approveChatJoinRequest", **ids)

    anna.joins(scene.group, made.result["invite_link"])

    request = (await scene.api.read_all())[-1]["chat_join_request"]
    assert (anna.id, anna.id) == (request["from"]["id"], request["user_chat_id"])
    assert missing.refusal == "Bad Request: HIDE_REQUESTER_MISSING"
    assert not scene.group.has(anna)
    assert (await scene.api("sendMessage", chat_id=anna.id, text="x")).body["ok"]
    scene.telegram.clock.advance(301)
    assert (
        await scene.api("sendMessage", chat_id=anna.id, text="x")
    ).refusal == "Forbidden: bot can't initiate conversation with a user"
    assert (await scene.api("approveChatJoinRequest", **ids)).result is True
    assert (await scene.api.read_all())[-1]["chat_member"]["via_join_request"] is True
    again = await scene.api("declineChatJoinRequest", **ids)
    assert again.refusal == "Bad Request: USER_ALREADY_PARTICIPANT"


async def test_declined_requests(scene: Scene) -> None:
    """A declined person stays outside."""
    made = await scene.api("createChatInviteLink", chat_id=scene.group.id, creates_join_request=True)
    anna = scene.telegram.add_user("Anna")
    anna.joins(scene.group, made.result["invite_link"])

    declined = await scene.api("declineChatJoinRequest", chat_id=scene.group.id, user_id=anna.id)

    assert declined.result is True
    assert not scene.group.has(anna)


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"name": "a" * 33}, "invite link name is too long"),
        (
            {"member_limit": 5, "creates_join_request": True},
            "member limit can't be specified for links requiring administrator approval",
        ),
        ({"member_limit": 100_000}, "invalid member limit specified"),
    ],
)
async def test_refused_links(scene: Scene, params: dict[str, Any], why: str) -> None:
    """A link's name, its limit and join requests have their rules."""
    answer = await scene.api("createChatInviteLink", chat_id=scene.group.id, **params)

    assert f"Bad Request: {why}" == answer.refusal


async def test_links_need_the_right(plain_scene: Scene) -> None:
    """A plain member creates no links."""
    answer = await plain_scene.api("createChatInviteLink", chat_id=plain_scene.group.id)

    assert answer.refusal == "Bad Request: not enough rights to manage chat invite link"


async def test_an_invite_link_is_edited_until_it_is_revoked(scene: Scene) -> None:
    """A bot renames its own link; one that was revoked, is somebody else's or was never made is refused."""
    group = scene.telegram.add_group("Room", scene.mina)
    scene.mina.adds(scene.bot, group, Rights(can_invite_users=True))
    made = await scene.api("createChatInviteLink", chat_id=group.id, name="Poster")
    url = made.result["invite_link"]
    edited = await scene.api("editChatInviteLink", chat_id=group.id, invite_link=url, name="Video")
    assert (edited.result["invite_link"], edited.result["name"]) == (url, "Video")
    await scene.api("revokeChatInviteLink", chat_id=group.id, invite_link=url)
    for gone in (url, "https://t.me/+nothing"):
        answer = await scene.api("editChatInviteLink", chat_id=group.id, invite_link=gone)
        assert (answer.status, answer.refusal) == (400, "Bad Request: INVITE_HASH_EXPIRED")
