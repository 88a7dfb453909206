"""What a bot does to members and to a chat: bans, restrictions, rights, titles, tags, settings."""

from typing import Any

import pytest

from sandbox import CannotDoError, Person, Rights, Sandbox
from tests.sandbox.client import Scene


async def call(scene: Scene, method: str, **params: Any) -> Any:
    """A call about Joon in the group."""
    return await scene.api(method, **({"chat_id": scene.group.id, "user_id": scene.joon.id} | params))


async def status(scene: Scene) -> dict[str, Any]:
    """What getChatMember says of Joon."""
    return dict((await call(scene, "getChatMember")).result)


async def test_a_ban_for_a_time(scene: Scene, telegram: Sandbox) -> None:
    """A ban holds until its end, which no update tells; an end that is too near never comes."""
    await scene.api.updates(allowed_updates=["chat_member"])
    assert (await call(scene, "banChatMember", until_date=1_800_000_060)).result is True
    assert (await status(scene))["status"] == "kicked"
    told = [one["chat_member"]["new_chat_member"]["status"] for one in await scene.api.read_all()]
    assert told == ["kicked"]

    telegram.clock.advance(61)

    assert (await status(scene))["status"] == "left"
    assert await scene.api.read_all() == []
    scene.joon.joins(scene.group)
    await call(scene, "banChatMember", until_date=1_800_000_070)
    telegram.clock.advance(60)
    assert (await status(scene))["status"] == "kicked"


async def test_unban(scene: Scene) -> None:
    """An unban lets a banned person back, and puts a member out unless it is for banned ones only."""
    await call(scene, "unbanChatMember", only_if_banned=True)
    assert scene.group.has(scene.joon)
    await call(scene, "unbanChatMember")
    assert (await status(scene))["status"] == "left"
    await call(scene, "banChatMember")
    with pytest.raises(CannotDoError):
        scene.joon.joins(scene.group)
    await call(scene, "unbanChatMember", only_if_banned=True)
    scene.joon.joins(scene.group)


async def test_a_mute(scene: Scene, telegram: Sandbox) -> None:
    """A muted person is restricted until the end; polls imply text, and what isn't given is forbidden."""
    await call(scene, "restrictChatMember", permissions={"can_send_polls": True}, until_date=1_800_000_600)
    restricted = await status(scene)
    assert (restricted["status"], restricted["can_send_messages"], restricted["can_send_photos"]) == (
        "restricted",
        True,
        False,
    )
    await call(scene, "restrictChatMember", permissions={}, until_date=1_800_000_600)
    with pytest.raises(CannotDoError):
        scene.joon.says(scene.group, "hello")

    telegram.clock.advance(601)

    assert (await status(scene))["status"] == "member"
    scene.joon.says(scene.group, "hello")


async def test_permissions_of_all(scene: Scene) -> None:
    """Broad permissions bring narrow ones along, unless they are independent."""
    given = {"can_send_other_messages": True}
    answer = await scene.api("setChatPermissions", chat_id=scene.group.id, permissions=given)
    assert answer.result is True
    assert (scene.group.permissions.can_send_photos, scene.group.permissions.can_send_polls) == (True, False)
    await scene.api(
        "setChatPermissions", chat_id=scene.group.id, permissions=given, use_independent_chat_permissions=True
    )
    assert scene.group.permissions.can_send_photos is False


async def test_promotion(scene: Scene) -> None:
    """A bot gives only rights that it holds, titles whom it promoted, and takes it back with no right at all."""
    await call(scene, "promoteChatMember", can_pin_messages=True)
    await call(scene, "setChatAdministratorCustomTitle", custom_title="host")
    promoted = await status(scene)
    assert (promoted["status"], promoted["can_pin_messages"], promoted["custom_title"]) == (
        "administrator",
        True,
        "host",
    )
    said = scene.joon.says(scene.group, "hello")
    assert said.json(scene.bot)["sender_tag"] == "host"
    await call(scene, "promoteChatMember", can_pin_messages=False)
    assert (await status(scene))["status"] == "member"

    scene.mina.promotes(scene.bot, scene.group, Rights(can_promote_members=True))

    refused = await call(scene, "promoteChatMember", can_delete_messages=True)
    assert refused.refusal == "Bad Request: RIGHT_FORBIDDEN"


async def test_a_tag(scene: Scene) -> None:
    """A tag shows on the member and on what they write, and an update tells of it; an empty one takes it away."""
    await scene.api.updates(allowed_updates=["chat_member", "message"])

    assert (await call(scene, "setChatMemberTag", tag="core fan")).result is True

    assert (await status(scene))["tag"] == "core fan"
    scene.joon.says(scene.group, "hello")
    told = await scene.api.read_all()
    assert told[0]["chat_member"]["new_chat_member"]["tag"] == "core fan"
    assert told[1]["message"]["sender_tag"] == "core fan"
    await call(scene, "setChatMemberTag")
    assert "tag" not in await status(scene)


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("nobody", "banChatMember", {"user_id": 5}, "user not found"),
    ("long tag", "setChatMemberTag", {"tag": "a" * 17}, "ADMIN_RANK_INVALID"),
    ("emoji", "setChatMemberTag", {"tag": "fan 💎"}, "ADMIN_RANK_EMOJI_NOT_ALLOWED"),
    ("no administrator", "setChatAdministratorCustomTitle", {"custom_title": "a"}, "user is not an administrator"),
    ("blank title", "setChatTitle", {"user_id": None, "title": " \n"}, "title must be non-empty"),
]


@pytest.mark.parametrize(("method", "params", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_refused(scene: Scene, method: str, params: dict[str, Any], why: str) -> None:
    """What Telegram doesn't take is refused."""
    given = {"chat_id": scene.group.id, "user_id": scene.joon.id} | params
    answer = await scene.api(method, **{name: one for name, one in given.items() if one is not None})

    assert answer.refusal == f"Bad Request: {why}"


@pytest.mark.parametrize(
    ("method", "params", "of_owner"),
    [
        ("banChatMember", {}, "can't remove chat owner"),
        ("restrictChatMember", {"permissions": {}}, "can't remove chat owner"),
        ("promoteChatMember", {"can_pin_messages": True}, "can't remove chat owner"),
        ("setChatAdministratorCustomTitle", {"custom_title": "a"}, "only creator can edit their custom title"),
        ("setChatMemberTag", {"tag": "a"}, "USER_ADMIN_INVALID"),
    ],
)
async def test_owners_are_safe(scene: Scene, method: str, params: dict[str, Any], of_owner: str) -> None:
    """Nobody does anything to a chat's owner."""
    answer = await call(scene, method, user_id=scene.mina.id, **params)

    assert answer.refusal == f"Bad Request: {of_owner}"


RIGHTS: list[tuple[str, dict[str, Any], str]] = [
    ("banChatMember", {}, "not enough rights to restrict/unrestrict chat member"),
    ("unbanChatMember", {}, "not enough rights to restrict/unrestrict chat member"),
    ("restrictChatMember", {"permissions": {}}, "not enough rights to restrict/unrestrict chat member"),
    ("promoteChatMember", {"can_pin_messages": True}, "not enough rights"),
    ("setChatMemberTag", {"tag": "a"}, "not enough rights to manage member tags"),
    ("setChatPermissions", {"user_id": None, "permissions": {}}, "not enough rights to change chat permissions"),
    ("setChatTitle", {"user_id": None, "title": "a"}, "not enough rights to change chat title"),
    ("setChatDescription", {"user_id": None, "description": "a"}, "not enough rights to set chat description"),
]


@pytest.mark.parametrize(("method", "params", "why"), RIGHTS, ids=[row[0] for row in RIGHTS])
async def test_rights(plain_scene: Scene, method: str, params: dict[str, Any], why: str) -> None:
    """A bot without the right is refused, and nothing changes."""
    scene = plain_scene
    given = {"chat_id": scene.group.id, "user_id": scene.joon.id} | params
    answer = await scene.api(method, **{name: one for name, one in given.items() if one is not None})

    assert answer.refusal == f"Bad Request: {why}"
    assert scene.group.has(scene.joon)


async def test_where_they_work(scene: Scene, newcomer: Person) -> None:
    """Restrictions and titles are for supergroups, unbans and promotions for channels too, tags for groups."""
    group = scene.telegram.add_group("Small", scene.mina, kind="group")
    scene.mina.adds(scene.bot, group, Rights.full())
    newcomer.joins(group)
    where = {"chat_id": group.id, "user_id": newcomer.id}

    async def refusal(method: str, **params: Any) -> str:
        return (await scene.api(method, **where, **params)).refusal

    only = "Bad Request: method is available only for supergroups"
    large = "Bad Request: method is available for supergroup and channel chats only"
    assert await refusal("restrictChatMember", permissions={}) == only
    assert await refusal("setChatAdministratorCustomTitle", custom_title="a") == only
    assert await refusal("promoteChatMember", can_pin_messages=True) == large
    assert await refusal("unbanChatMember") == large
    assert (await scene.api("banChatMember", **where)).result is True


async def test_settings(scene: Scene) -> None:
    """A title is told by a service message, a description shows in getChat, menus and suggested rights are kept."""
    where = {"chat_id": scene.group.id}
    await scene.api("setChatTitle", **where, title="Wool  room")
    told = [one["message"]["new_chat_title"] for one in await scene.api.read_all()]
    assert told == ["Wool room"]
    await scene.api("setChatDescription", **where, description="Silk and wool")
    assert (await scene.api("getChat", **where)).result["description"] == "Silk and wool"
    again = await scene.api("setChatDescription", **where, description="Silk and wool")
    assert again.refusal == "Bad Request: chat description is not modified"
    assert (await scene.api("getChatMenuButton")).result == {"type": "commands"}
    app = {"type": "web_app", "text": "Shop", "web_app": {"url": "https://shop.example/"}}
    await scene.api("setChatMenuButton", menu_button=app)
    assert (await scene.api("getChatMenuButton")).result == app
    await scene.api("setMyDefaultAdministratorRights", rights={"can_pin_messages": True} | NONE)
    assert (await scene.api("getMyDefaultAdministratorRights")).result["can_pin_messages"] is True
    assert (await scene.api("getUserProfilePhotos", user_id=scene.joon.id)).result == {"total_count": 0, "photos": []}


async def test_a_primary_link(scene: Scene, newcomer: Person) -> None:
    """Each export gives a new primary link and voids the bot's old one; it can't be edited."""
    first = (await scene.api("exportChatInviteLink", chat_id=scene.group.id)).result
    second = (await scene.api("exportChatInviteLink", chat_id=scene.group.id)).result

    with pytest.raises(CannotDoError):
        newcomer.joins(scene.group, first)
    newcomer.joins(scene.group, second)
    edit = await scene.api("editChatInviteLink", chat_id=scene.group.id, invite_link=second, name="a")
    assert edit.refusal == "Bad Request: CHAT_INVITE_PERMANENT"


NONE = dict.fromkeys(
    (
        "is_anonymous",
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_send_welcome_messages",
    ),
    False,
)
"""The rights that ChatAdministratorRights must hold."""
