"""Reactions of people, bots and anonymous administrators."""

import pytest

from sandbox import CannotDoError, Rights
from tests.sandbox.client import Scene


async def test_reactions(scene: Scene) -> None:
    """A bot sets one reaction; people's reach an administrator that asked for them."""
    message = scene.joon.says(scene.group, "hello")
    ids = {"chat_id": scene.group.id, "message_id": message.message_id}
    heart = {"type": "emoji", "emoji": "❤"}

    assert (await scene.api("setMessageReaction", **ids, reaction=[heart])).result is True
    assert {scene.bot.id: "❤"} == message.reactions
    two = await scene.api("setMessageReaction", **ids, reaction=[heart, heart])
    assert two.refusal == "Bad Request: REACTION_INVALID"
    await scene.api.updates(allowed_updates=["message_reaction"])
    scene.mina.reacts(message, "👍")
    scene.mina.reacts(message, "👍")
    scene.mina.reacts(message, "❤\ufe0f")
    scene.mina.reacts(message, None)
    told = [one["message_reaction"] for one in (await scene.api.read_all())[1:]]
    changes = [[[one["emoji"] for one in told[n][f"{when}_reaction"]] for when in ("old", "new")] for n in range(3)]
    assert changes == [[[], ["👍"]], [["👍"], ["❤"]], [["❤"], []]]
    assert [scene.mina.id] * 3 == [one["user"]["id"] for one in told]
    assert {scene.bot.id: "❤"} == message.reactions


@pytest.mark.parametrize(
    ("reaction", "why"),
    [
        ({"type": "emoji", "emoji": "🧣"}, "REACTION_INVALID"),
        ({"type": "paid"}, "REACTION_INVALID"),
        ({"type": "custom_emoji", "custom_emoji_id": "heart"}, "invalid custom emoji identifier specified"),
        ({"type": "heart"}, 'parameter "reaction[0].type" of setMessageReaction: must be one of emoji'),
    ],
)
async def test_refused_reactions(scene: Scene, reaction: dict[str, str], why: str) -> None:
    """Only what Telegram lists is a reaction, and only what people wrote takes one."""
    said = scene.joon.says(scene.group, "hello")
    ids = {"chat_id": scene.group.id, "message_id": said.message_id}
    assert f"Bad Request: {why}" in (await scene.api("setMessageReaction", **ids, reaction=[reaction])).refusal
    ids["message_id"] += 1
    missing = await scene.api("setMessageReaction", **ids, reaction=[])
    assert missing.refusal == "Bad Request: message to react not found"
    scene.joon.leaves(scene.group)
    service = await scene.api("setMessageReaction", **ids, reaction=[])
    assert service.refusal == "Bad Request: message can't be reacted"
    with pytest.raises(CannotDoError):
        scene.joon.reacts(said, "❤")
    with pytest.raises(CannotDoError):
        scene.mina.reacts(said, "🧣")


async def test_reactions_of_the_unnamed(scene: Scene) -> None:
    """An anonymous administrator reacts as the group; readers of a channel are only counted, a minute later."""
    await scene.api.updates(allowed_updates=["message_reaction", "message_reaction_count"])
    said = scene.joon.says(scene.group, "hello")
    anonymous = scene.telegram.add_user("Ana")
    anonymous.joins(scene.group)
    scene.mina.promotes(anonymous, scene.group, Rights(is_anonymous=True))
    anonymous.reacts(said, "❤")
    told = (await scene.api.read_all())[-1]["message_reaction"]
    assert (told["actor_chat"]["id"], "user" in told) == (scene.group.id, False)

    channel = scene.telegram.add_channel("Silk news", scene.mina)
    scene.mina.adds(scene.bot, channel, Rights.full())
    scene.joon.joins(channel)
    post = channel.posts("New scarves")
    for person in (scene.mina, scene.joon):
        person.reacts(post, "❤")
    assert await scene.api.read_all() == []
    scene.telegram.clock.advance(60)
    counted = [one["message_reaction_count"] for one in await scene.api.read_all()]
    heart = {"type": {"type": "emoji", "emoji": "❤"}, "total_count": 2}
    assert [(post.message_id, [heart])] == [(one["message_id"], one["reactions"]) for one in counted]
