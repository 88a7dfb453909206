"""The page alone: polls, albums, rich messages, pins and other things that bots and people send."""

from typing import Any

import aiohttp
from playwright.async_api import Browser, expect

from sandbox import Document
from sandbox.files import blank_picture
from tests.browser.bot import ScriptedBot
from tests.browser.page import Visit, visiting
from tests.sandbox.client import SAMPLES

OPTIONS = [{"text": "Silk scarf"}, {"text": "Wool scarf"}]
TABLE = (
    "<h2>This week</h2><table><tr><th>day</th><th align='right'>fans</th></tr>"
    "<tr><td>Monday</td><td align='right'>41</td></tr></table>"
    "<details><summary>By source</summary><ul><li>video <b>12</b></li></ul></details>"
)


async def poll(bot: ScriptedBot, **more: Any) -> int:
    """A poll in the group; its number."""
    sent = await bot.api("sendPoll", chat_id=bot.group.id, question="Which one?", options=OPTIONS, **more)
    return int(sent.result["message_id"])


async def test_a_poll_is_voted_in_by_a_tap(ana: Visit, bot: ScriptedBot) -> None:
    """A tap votes and shows the counts; the vote can be taken back, and the end shows them to everybody."""
    number = await poll(bot)
    shown = ana.page.locator(".poll")
    await expect(shown).to_contain_text("Anonymous poll")
    await expect(shown).to_contain_text("No votes yet")

    await shown.get_by_role("radio", name="Wool scarf").click()

    await expect(shown.locator(".poll-result.mine")).to_contain_text("100%Wool scarf")
    await expect(shown).to_contain_text("1 vote")
    await shown.get_by_role("button", name="Retract vote").click()
    await expect(shown.get_by_role("radio")).to_have_count(2)
    bot.mina.votes(bot.group.by_id[number], "Silk scarf")
    await expect(shown.locator(".poll-result")).to_have_count(0)
    await bot.api("stopPoll", chat_id=bot.group.id, message_id=number)
    await expect(shown).to_contain_text("Final results")
    await expect(shown.locator(".poll-result").first).to_contain_text("100%Silk scarf")


async def test_several_answers_and_a_quiz(ana: Visit, bot: ScriptedBot) -> None:
    """Several answers are chosen before they are sent; a quiz tells right from wrong, and why."""
    await poll(bot, allows_multiple_answers=True)
    shown = ana.page.locator(".poll")
    for name in ("Silk scarf", "Wool scarf"):
        await shown.get_by_role("checkbox", name=name).click()
    await shown.get_by_role("button", name="Vote", exact=True).click()
    await expect(shown.locator(".poll-result.mine")).to_have_count(2)

    await poll(bot, type="quiz", correct_option_ids=[1], explanation="Wool is warm")
    quiz = ana.page.locator(".poll").last
    await expect(quiz).not_to_contain_text("Wool is warm")
    await quiz.get_by_role("radio", name="Silk scarf").click()
    await expect(quiz.locator(".wrong")).to_contain_text("Silk scarf")
    await expect(quiz.locator(".right")).to_contain_text("Wool scarf")
    await expect(quiz).to_contain_text("Wool is warm")


async def test_an_album_stands_together(ana: Visit, bot: ScriptedBot) -> None:
    """Pictures that were sent together stand side by side, whoever sent them."""
    pictures = [Document(f"{name}.png", blank_picture(), "image/png") for name in "abc"]
    bot.mina.posts_album(bot.group, *pictures, caption="Unboxing")

    album = ana.page.locator(".album")
    await expect(album.locator("img.photo")).to_have_count(3)
    await expect(album.locator("[data-message]").first).to_contain_text("Unboxing")
    boxes = [await album.locator("img.photo").nth(place).bounding_box() for place in (0, 1)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] < boxes[1]["x"]
    bot.ana.posts_album(bot.group, *pictures[:2])
    await expect(ana.page.locator(".album.out img.photo")).to_have_count(2)


async def test_a_film_and_a_quote(ana: Visit, bot: ScriptedBot) -> None:
    """A film is a placeholder that can be taken, and behind a quoted block stands one line's end, not two."""
    body = aiohttp.FormData({"chat_id": str(bot.group.id), "caption": "Unboxing"})
    body.add_field("video", SAMPLES["video"], filename="film.mp4", content_type="video/mp4")
    async with bot.api.session.post(f"{bot.api.root}/sendVideo", data=body) as response:
        assert response.status == 200
    await bot.sends("<blockquote>Is it wine?</blockquote>\nIt is.")

    film = ana.messages("Unboxing").locator("a.film")
    await expect(film).to_have_text("Video")
    assert await film.get_attribute("download") == "film.mp4"
    quoted = ana.messages("It is.").locator(".text")
    assert await quoted.evaluate("text => text.querySelector('blockquote').nextSibling.textContent") == "It is."


async def test_a_rich_message(ana: Visit, bot: ScriptedBot) -> None:
    """A table is a table, details open by a tap, hostile words stay words, and a button inside is pressed."""
    bot.answers = {"more": {"text": "well done"}}
    row = {"type": "buttons", "buttons": [{"text": "More", "callback_data": "more"}]}
    hostile = {"type": "paragraph", "text": {"type": "bold", "text": "<img src=x onerror=alert(1)>"}}
    await bot.api("sendRichMessage", chat_id=bot.group.id, rich_message={"html": TABLE})
    await bot.api("sendRichMessage", chat_id=bot.group.id, rich_message={"blocks": [hostile, row]})

    shown = ana.page.locator(".rich").first
    await expect(shown.locator("th").first).to_have_text("day")
    await expect(shown.locator("td").last).to_have_text("41")
    await expect(shown.get_by_text("video 12")).to_be_hidden()
    await shown.locator("summary").click()
    await expect(shown.get_by_text("video 12")).to_be_visible()
    last = ana.page.locator(".rich").last
    await expect(last.locator("b")).to_have_text("<img src=x onerror=alert(1)>")
    await last.get_by_role("button", name="More").click()
    await expect(ana.toasts("well done")).to_be_visible()


async def test_pins_and_other_things(ana: Visit, bot: ScriptedBot) -> None:
    """What is pinned stands on top until it isn't; a dice, a place and a contact are shown as such."""
    number = await bot.sends("the rules of this room")
    await bot.api("pinChatMessage", chat_id=bot.group.id, message_id=number)
    bar = ana.page.locator(".pinned-bar")
    await expect(bar).to_contain_text("the rules of this room")
    await bar.click()
    await bot.api("sendDice", chat_id=bot.group.id)
    await bot.api("sendVenue", chat_id=bot.group.id, latitude=37.5, longitude=127, title="Silk shop", address="Seoul")
    await bot.api("sendContact", chat_id=bot.group.id, phone_number="+8210", first_name="Mina")
    await expect(ana.page.locator(".dice")).to_be_visible()
    await expect(ana.page.locator(".log")).to_contain_text("Silk shop")
    await expect(ana.page.locator(".log")).to_contain_text("+8210")
    await bot.api("unpinAllChatMessages", chat_id=bot.group.id)
    await bot.sends("later")
    await expect(bar).to_have_count(0)


async def test_a_poll_in_korean(bot: ScriptedBot, browser: Browser) -> None:
    """The page says a poll's words in its own language."""
    await poll(bot, is_anonymous=False)

    async with visiting(browser, bot.telegram.url, locale="ko-KR") as seoul:
        await expect(seoul.page.locator(".poll")).to_contain_text("공개 투표")
        await expect(seoul.page.locator(".poll")).to_contain_text("아직 투표한 사람이 없어요")
