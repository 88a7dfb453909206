"""Who owns a group: handing it over, leaving it without an owner, deleted accounts."""

from collections.abc import Callable

import pytest

from sandbox import CannotDoError, Permissions, Person, Rights
from tests.sandbox.client import Scene

ASKED = ["message", "chat_member", "my_chat_member"]


def news(updates: list[dict[str, dict[str, object]]]) -> list[str]:
    """What each update tells, shortly: the person's new status, or the name of the service message's field."""
    told = []
    for one in updates:
        if "chat_member" in one:
            change = one["chat_member"]
            new = change["new_chat_member"]
            assert isinstance(new, dict)
            told.append(f"{new['user']['first_name']} {new['status']}")
        else:
            fields = ("new_chat_members", "left_chat_member", "chat_owner_changed", "chat_owner_left")
            told += [name for name in fields if name in one["message"]]
    return told


async def owner_of(scene: Scene) -> int | None:
    """Who getChatAdministrators says is the creator."""
    listed = (await scene.api("getChatAdministrators", chat_id=scene.group.id)).result
    creators = [one["user"]["id"] for one in listed if one["status"] == "creator"]
    return creators[0] if creators else None


@pytest.mark.parametrize(("keeps", "left_with"), [(Rights.full(), "administrator"), (None, "member")])
async def test_a_group_is_handed_over(scene: Scene, keeps: Rights | None, left_with: str) -> None:
    """Both people's change and the service message reach the bot, which then sees the new creator."""
    await scene.api.updates(allowed_updates=ASKED)

    scene.mina.hands_over(scene.group, scene.joon, keeps)

    updates = await scene.api.read_all()
    assert news(updates) == [f"Mina {left_with}", "Joon creator", "chat_owner_changed"]
    assert updates[-1]["message"]["chat_owner_changed"] == {"new_owner": scene.joon.json()}
    assert [scene.mina.id] * 2 == [one["chat_member"]["from"]["id"] for one in updates[:2]]
    assert await owner_of(scene) == scene.joon.id
    if keeps is None:
        with pytest.raises(CannotDoError):
            scene.mina.promotes(scene.joon, scene.group, None)
        scene.joon.removes(scene.mina, scene.group)
        assert not scene.group.has(scene.mina)


async def test_who_can_hand_over(scene: Scene, newcomer: Person) -> None:
    """Only the creator of a supergroup hands over, only to a person in it; nobody else moves a creator."""
    basic = scene.telegram.add_group("Basic", scene.mina, kind="group")
    scene.mina.adds(scene.joon, basic)
    scene.mina.promotes(scene.joon, scene.group, Rights.full())
    acts: tuple[Callable[[], object], ...] = (
        lambda: scene.joon.hands_over(scene.group, scene.joon),
        lambda: scene.mina.hands_over(scene.group, newcomer),
        lambda: scene.mina.hands_over(scene.group, scene.mina),
        lambda: scene.mina.hands_over(basic, scene.joon),
        lambda: scene.joon.promotes(scene.mina, scene.group, None),
        lambda: scene.joon.removes(scene.mina, scene.group),
        lambda: scene.joon.removes(scene.bot, scene.group),
    )
    for act in acts:
        with pytest.raises(CannotDoError):
            act()


async def test_a_creator_may_be_anonymous(scene: Scene) -> None:
    """A creator who hides stays the creator, and writes in the group's name."""
    scene.mina.promotes(scene.mina, scene.group, Rights(is_anonymous=True))

    scene.mina.says(scene.group, "hello")

    assert scene.group.id == (await scene.api.read_all())[-1]["message"]["sender_chat"]["id"]
    listed = (await scene.api("getChatAdministrators", chat_id=scene.group.id)).result
    assert (listed[0]["status"], listed[0]["is_anonymous"]) == ("creator", True)


async def test_an_owner_leaves_and_is_followed(scene: Scene) -> None:
    """A group whose creator left has none until the eldest administrator follows."""
    await scene.api.updates(allowed_updates=ASKED)
    scene.mina.promotes(scene.joon, scene.group, Rights(can_pin_messages=True))
    await scene.api.read_all()

    scene.mina.leaves(scene.group)

    updates = await scene.api.read_all()
    assert news(updates) == ["left_chat_member", "Mina left", "chat_owner_left"]
    assert updates[-1]["message"]["chat_owner_left"] == {"new_owner": scene.joon.json()}
    assert await owner_of(scene) is None
    scene.telegram.succeed(scene.group)
    assert news(await scene.api.read_all()) == ["Joon creator", "chat_owner_changed"]
    assert await owner_of(scene) == scene.joon.id


async def test_an_owner_leaves_and_returns(scene: Scene) -> None:
    """A creator who comes back in time is the creator again, and nobody inherits any more."""
    scene.mina.promotes(scene.joon, scene.group, Rights.full())
    scene.mina.leaves(scene.group)

    scene.mina.joins(scene.group)

    assert await owner_of(scene) == scene.mina.id
    with pytest.raises(CannotDoError):
        scene.telegram.succeed(scene.group)


async def test_an_owner_leaves_nobody_behind(scene: Scene) -> None:
    """Where no person is an administrator there is no heir, and the message names none."""
    scene.mina.leaves(scene.group)

    assert (await scene.api.read_all())[-1]["message"]["chat_owner_left"] == {}
    with pytest.raises(CannotDoError):
        scene.telegram.succeed(scene.group)


async def test_a_restricted_member_becomes_the_owner(scene: Scene) -> None:
    """What bound somebody before they owned the group binds them no more, nor after they left it."""
    scene.mina.restricts(scene.joon, scene.group, Permissions.none())

    scene.mina.hands_over(scene.group, scene.joon)
    scene.joon.says(scene.group, "hello")
    scene.joon.leaves(scene.group)

    found = await scene.api("getChatMember", chat_id=scene.group.id, user_id=scene.joon.id)
    assert found.result["status"] == "left"


async def test_a_deleted_account(scene: Scene) -> None:
    """A deleted account is nameless, in no chat and can't be reached; its group has no creator."""
    scene.mina.starts(scene.bot)
    await scene.api.read_all()

    scene.telegram.delete_account(scene.mina)

    assert await scene.api.read_all() == []
    assert await owner_of(scene) is None
    found = (await scene.api("getChatMember", chat_id=scene.group.id, user_id=scene.mina.id)).result
    assert (found["status"], found["user"]["first_name"], "username" in found["user"]) == ("left", "", False)
    refused = await scene.api("sendMessage", chat_id=scene.mina.id, text="x")
    assert refused.refusal == "Forbidden: user is deactivated"
