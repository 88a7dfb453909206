"""The page alone, with a bot that does what a test tells it: what is shown, and how it is used."""

import re
from typing import Any

from playwright.async_api import Browser, expect

from sandbox import Document
from sandbox.files import blank_picture
from tests.browser.bot import ScriptedBot, buttons
from tests.browser.page import PHONE, Role, Visit, visiting

HOSTILE = '<img src=x onerror="document.title=1"><b>bold</b> & \u202e end'
STYLED = (
    '<b>bold</b> <i>it</i> <code>SILK20</code> <a href="https://example.com">shop</a> <tg-spoiler>psst</tg-spoiler>'
)


async def test_hostile_texts_stay_texts(ana: Visit, bot: ScriptedBot) -> None:
    """What looks like markup is shown as it was written, in messages, names and the chat list."""
    bot.mina.says(bot.group, HOSTILE)

    await expect(ana.messages("onerror")).to_contain_text("<b>bold</b> &")
    assert await ana.page.locator(".log img, .chat-list img, .log b").count() == 0
    assert await ana.page.title() == "Encore"


async def test_formatted_texts(ana: Visit, bot: ScriptedBot) -> None:
    """Entities become what they mean: styles, a link that leaves, a code that is copied, a spoiler that opens."""
    await bot.sends(STYLED)
    message = ana.messages("SILK20")

    await expect(message.locator("b")).to_have_text("bold")
    await expect(message.locator("a")).to_have_attribute("rel", "noopener noreferrer")
    await message.locator(".code").click()
    assert await ana.page.evaluate("navigator.clipboard.readText()") == "SILK20"
    await message.locator(".spoiler").click()
    await expect(message.locator(".spoiler")).to_have_class(re.compile("shown"))


async def test_times_are_the_readers(bot: ScriptedBot, browser: Browser) -> None:
    """A date-time entity is shown in the zone and the language of who reads it."""
    await bot.sends('Starts <tg-time unix="1794513600" format="wDt">20:00</tg-time>')

    async with visiting(browser, bot.telegram.url, locale="ko-KR", zone="Asia/Seoul") as seoul:
        await expect(seoul.messages("Starts")).to_contain_text("2026년 11월 13일 금요일 오전 5:00")
    async with visiting(browser, bot.telegram.url, locale="en-US", zone="America/New_York") as york:
        await expect(york.messages("Starts")).to_contain_text("Thursday, November 12, 2026 at 3:00 PM")


async def test_a_press_outlives_a_redraw(ana: Visit, bot: ScriptedBot) -> None:
    """A button is drawn anew between the mouse's down and up. The press counts, in the list and in a card."""
    bot.answers = {"a": {"text": "well done"}}
    await ana.open_bot()
    line = ana.page.locator(".chat-line:not([data-kind=private])")
    group = await line.get_attribute("data-chat") or ""
    await line.hover()
    await ana.page.mouse.down()
    bot.mina.says(bot.group, "a new last line")
    await expect(line).to_contain_text("a new last line")
    await ana.page.mouse.up()
    await expect(ana.log).to_have_attribute("data-log", group)

    card = await bot.sends("card", reply_markup=buttons([{"text": "Tap", "callback_data": "a"}]))
    await ana.button("Tap").hover()
    await ana.page.mouse.down()
    await bot.edits(card, "changed", reply_markup=buttons([{"text": "Tap", "callback_data": "a"}]))
    await expect(ana.messages("changed")).to_be_visible()
    await ana.page.mouse.up()
    await expect(ana.page.get_by_text("well done")).to_be_visible()


async def test_keyboards(ana: Visit, bot: ScriptedBot) -> None:
    """Buttons show their style, spin until they are answered, and do what they are for."""
    bot.answers = {"a": {"text": "well done"}, "b": {"text": "read\nthis", "show_alert": True}}
    rows: list[list[dict[str, Any]]] = [
        [{"text": "Toast", "callback_data": "a", "style": "primary"}, {"text": "Alert", "callback_data": "b"}],
        [{"text": "Gone", "disabled": {}}, {"text": "Code", "copy_text": {"text": "SILK"}}],
    ]
    await bot.sends("card", reply_markup=buttons(*rows))

    await expect(ana.button("Toast")).to_have_class(re.compile("primary"))
    await ana.tap("Toast")
    await expect(ana.toasts("well done")).to_be_visible()
    await ana.tap("Alert")
    assert await ana.hears_alert() == "read\nthis"
    await expect(ana.button("Gone")).to_be_disabled()
    await ana.tap("Code")
    assert await ana.page.evaluate("navigator.clipboard.readText()") == "SILK"


async def test_a_press_that_opens_the_bot(ana: Visit, bot: ScriptedBot) -> None:
    """A press answered by a start link opens the private chat and says the payload there."""
    bot.answers = {"remind": {"url": "https://t.me/encore_test_bot?start=remind_1"}}
    await bot.sends("card", reply_markup=buttons([{"text": "Remind me", "callback_data": "remind"}]))

    await ana.tap("Remind me")

    await expect(ana.page.locator(".head h1")).to_have_text("Encore")
    await expect(ana.messages("/start")).to_be_visible()
    assert "/start remind_1" in bot.heard


async def test_whispers_and_edits(ana: Visit, bot: ScriptedBot) -> None:
    """A whisper is marked as one; a living card changes in its place and flashes."""
    number = await bot.sends("3 left", reply_markup=buttons([{"text": "Claim", "callback_data": "a"}]))
    await bot.sends("for you", only=bot.ana)
    await expect(ana.whispers("for you")).to_contain_text("only you can see this")

    await ana.button("Claim").focus()
    await bot.edits(number, "2 left", reply_markup=buttons([{"text": "Claim · 2", "callback_data": "a"}]))

    await expect(ana.messages("2 left")).to_have_class(re.compile("flash"))
    await expect(ana.messages("3 left")).to_have_count(0)
    await expect(ana.button("Claim · 2")).to_be_focused()
    await ana.be("owner")
    await expect(ana.whispers()).to_have_count(0)


async def test_unread(ana: Visit, bot: ScriptedBot) -> None:
    """What others write counts on the person and on the chat until it was seen."""
    await expect(ana.unread_of("owner")).to_have_count(0)
    await bot.sends("one")
    await bot.sends("two")
    await expect(ana.unread_of("owner")).to_have_text("2")

    await ana.be("owner")
    await expect(ana.page.locator(".chat-line .badge")).to_have_count(0)
    await ana.be("fan")
    await expect(ana.unread_of("owner")).to_have_count(0)


async def test_the_slash_menu(ana: Visit, bot: ScriptedBot) -> None:
    """A slash lists what the bot declared for this person; arrows choose, Enter sends."""
    commands = [{"command": "checkin", "description": "Check in"}, {"command": "me", "description": "My card"}]
    await bot.api("setMyCommands", commands=commands)
    field = ana.page.locator("[data-input=message]")

    await field.press_sequentially("/")
    await expect(ana.page.locator("[data-command]")).to_have_count(2)
    await field.press("ArrowDown")
    await field.press("Enter")

    await expect(ana.messages("/me")).to_be_visible()
    await expect(ana.page.locator("[data-command]")).to_have_count(0)


async def test_the_keyboard_is_enough(ana: Visit, bot: ScriptedBot) -> None:
    """Without a pointer: from the people to the chats, into a message's menu, an answer to it, and out again."""
    bot.mina.says(bot.group, "is it silk?")
    await expect(ana.messages("is it silk?")).to_be_visible()

    await ana.page.locator(".person[aria-checked=true]").focus()
    await ana.page.keyboard.press("ArrowLeft")
    await expect(ana.page.locator(".person[data-role=owner]")).to_be_focused()
    await ana.page.locator(".chat-line").first.focus()
    await ana.page.keyboard.press("ArrowDown")
    await expect(ana.page.locator(".chat-line").nth(1)).to_be_focused()
    await ana.log.focus()
    await ana.page.keyboard.press("ArrowUp")
    await ana.page.keyboard.press("Enter")
    await ana.page.get_by_role("menuitem", name="Reply").press("Enter")
    await expect(ana.page.locator("[data-input=message]")).to_be_focused()
    await ana.page.keyboard.type("it is")
    await ana.page.keyboard.press("Enter")

    await expect(ana.messages("it is").last.locator(".quote")).to_contain_text("is it silk?")


async def test_a_card_goes_to_a_friend(ana: Visit, bot: ScriptedBot) -> None:
    """A gift's button leads into a chat with a friend; the card sent there starts the bot with its token."""
    link = buttons([{"text": "Open it", "url": "https://t.me/encore_test_bot?start=gift_7"}])
    content = {"message_text": "A scarf for you"}
    card = {"type": "article", "id": "7", "title": "Silk scarf", "description": "from Ana", "reply_markup": link}
    bot.results = [card | {"input_message_content": content}]
    chosen = {"query": "gift 7", "allow_user_chats": True}
    await bot.sends("A gift", reply_markup=buttons([{"text": "Pass on", "switch_inline_query_chosen_chat": chosen}]))

    await ana.tap("Pass on")
    await expect(ana.page.get_by_role("menuitem")).to_have_count(2)
    await ana.page.locator("[data-item^=talk]").filter(has_text="Leo").click()
    await expect(ana.page.locator("[data-input=message]")).to_have_value("@encore_test_bot gift 7")
    await expect(ana.page.locator("[data-result]")).to_contain_text("from Ana")
    await ana.page.keyboard.press("Enter")
    await expect(ana.messages("A scarf for you").locator(".via")).to_have_text("via @encore_test_bot")

    await ana.be("newcomer")
    await ana.page.locator(".chat-line").filter(has_text="Ana").click()
    await ana.tap("Open it")
    await expect(ana.page.locator(".head h1")).to_have_text("Encore")
    assert "/start gift_7" in bot.heard


async def test_typing_after_the_bots_name(ana: Visit, bot: ScriptedBot) -> None:
    """The bot's name completes itself, and its list is chosen from with the pointer, in the group too."""
    content = {"message_text": "It is on!"}
    bot.results = [{"type": "article", "id": "1", "title": "Tonight", "input_message_content": content}]
    await ana.page.locator("[data-input=message]").fill("@enc")
    await ana.page.locator("[data-inline-bot]").click()
    await expect(ana.page.locator("[data-input=message]")).to_have_value("@encore_test_bot ")
    await ana.page.locator("[data-result='1']").click()
    await expect(ana.messages("It is on!").locator(".via")).to_be_visible()
    await expect(ana.page.locator("[data-input=message]")).to_have_value("")


async def test_hearts(ana: Visit, bot: ScriptedBot) -> None:
    """A double tap is a heart, counted on the message; a tap on the count takes one's own back."""
    bot.mina.reacts(bot.mina.says(bot.group, "Scarf on!"), "❤")
    heart = ana.messages("Scarf on!").locator(".reaction")
    await expect(heart).to_have_text("❤️ 1")
    await ana.messages("Scarf on!").locator(".text").dblclick()
    await expect(heart).to_have_text("❤️ 2")
    await expect(heart).to_have_attribute("aria-pressed", "true")
    await heart.click()
    await expect(heart).to_have_text("❤️ 1")
    await ana.messages("Scarf on!").hover()
    await ana.messages("Scarf on!").locator(".message-heart").click()
    await expect(heart).to_have_text("❤️ 2")


async def test_a_qr_code_is_scanned(ana: Visit, bot: ScriptedBot) -> None:
    """The owner's picture with a link in its caption, a copied one too, lets a newcomer in by another phone."""
    bot.mina.starts(bot.account)
    made = await bot.api("createChatInviteLink", chat_id=bot.group.id, name="screen")
    link = made.result["invite_link"]
    caption = {"caption": f"Screen: <code>{link}</code>", "parse_mode": "HTML"}
    bot.telegram.internet.put("https://example.com/qr.png", Document("qr.png", blank_picture(), "image/png"))
    await bot.api("sendPhoto", chat_id=bot.mina.id, photo="https://example.com/qr.png", **caption)

    await ana.be("owner")
    await ana.open_bot()
    await ana.scan_as("Leo")

    await expect(ana.page.locator(".head h1")).to_have_text("Mina's fans")
    await expect(ana.services("Leo joined")).to_be_visible()
    await expect(ana.page.locator("[data-role=newcomer]")).to_have_attribute("aria-checked", "true")


async def test_leaving_and_returning(ana: Visit, bot: ScriptedBot) -> None:
    """Who leaves can't write or read there, and comes back by a button."""
    bot.mina.says(bot.group, "before")
    await ana.leave()
    await expect(ana.messages("before")).to_have_count(0)
    bot.mina.says(bot.group, "meanwhile")

    await ana.come_back()

    await expect(ana.messages("meanwhile")).to_be_visible()
    await ana.says("back again")
    await expect(ana.messages("back again")).to_be_visible()


async def test_many_messages(ana: Visit, bot: ScriptedBot) -> None:
    """A long chat opens at its end; earlier messages come when they are asked for."""
    for number in range(150):
        bot.mina.says(bot.group, f"message {number}.")
    await ana.page.reload()
    await expect(ana.messages("message 149.")).to_be_visible()
    await expect(ana.messages("message 20.")).to_have_count(0)

    for _ in range(2):
        await ana.page.locator("[data-action=earlier]").click()

    await expect(ana.messages("message 40.")).to_have_count(1)


async def test_on_a_phone(bot: ScriptedBot, browser: Browser) -> None:
    """One pane at a time, with a way back; nothing is wider than the screen."""
    bot.mina.says(bot.group, "w" * 300)
    async with visiting(browser, bot.telegram.url, size=PHONE) as phone:
        await expect(phone.page.locator(".log")).to_be_hidden()
        await phone.open_group()
        await expect(phone.page.locator(".chat-list")).to_be_hidden()
        await phone.page.locator(".clock").click()
        await expect(phone.page.get_by_role("menuitem")).to_have_count(3)
        await phone.page.keyboard.press("Escape")
        assert await phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await phone.page.locator("[data-action=back]").click()
        await expect(phone.page.locator(".chat-list")).to_be_visible()
        await phone.open_group()
        await phone.page.go_back()
        await expect(phone.page.locator(".chat-list")).to_be_visible()


async def test_languages(bot: ScriptedBot, browser: Browser) -> None:
    """The page speaks the browser's language, and another one when asked."""
    async with visiting(browser, bot.telegram.url, locale="zh-CN") as page:
        await expect(page.page.locator("[data-input=message]")).to_have_attribute("placeholder", "发消息")
        await page.page.locator(".tongue").click()
        await page.page.get_by_role("menuitemradio", name="한국어").click()
        await expect(page.page.locator("[data-input=message]")).to_have_attribute("placeholder", "메시지")
        await page.page.reload()
        await expect(page.page.locator("html")).to_have_attribute("lang", "ko")


async def test_a_stream_that_was_cut(ana: Visit, bot: ScriptedBot) -> None:
    """A browser that was offline gets what it missed, once, when it is back."""
    await ana.page.context.set_offline(True)
    bot.mina.says(bot.group, "while you were away")
    await expect(ana.messages("while you were away")).to_have_count(0)

    await ana.page.context.set_offline(False)

    await expect(ana.messages("while you were away")).to_have_count(1, timeout=15_000)


async def test_a_group_changes_hands(ana: Visit, bot: ScriptedBot) -> None:
    """The owner hands the group to a fan out of the menu in its head; the fan may then remove the old owner."""
    steps: tuple[tuple[Role, str, str], ...] = (("owner", "hand_over", "Ana"), ("fan", "remove", "Mina"))
    for role, item, name in steps:
        await ana.be(role)
        await ana.open_group()
        await ana.page.locator("[data-action=more]").click()
        await ana.page.locator(f"[data-item={item}]").click()
        await ana.page.locator(f"[data-item^={item}-]").filter(has_text=name).click()

    await expect(ana.services("Ana is the owner now")).to_be_visible()
    await expect(ana.services("Mina was removed")).to_be_visible()
    assert bot.group.creator() is bot.ana


async def test_a_forward(ana: Visit, bot: ScriptedBot) -> None:
    """A message is sent on out of its menu, and says whose it was."""
    bot.mina.says(bot.group, "/drop 100")
    await ana.messages("/drop 100").click(button="right")
    await ana.page.locator("[data-item=forward]").click()
    await ana.page.locator("[data-item^=chat-c]").first.click()

    await expect(ana.messages("Forwarded from Mina")).to_contain_text("/drop 100")
