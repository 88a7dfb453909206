"""The shell commands of docs/orders.md, run as they stand there, against a port of ours."""

import asyncio
import json
import re
from pathlib import Path

from bot.clock import Clock
from bot.web import OrderCalls, Vitals, serving
from tests.bot.conftest import Play
from tests.bot.test_web import free_port

PAGE = (Path(__file__).parents[2] / "docs" / "orders.md").read_text(encoding="utf-8")
BY_HAND, SETTINGS, PAID, REFUNDED = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PRINTED = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[0]


async def runs(script: str) -> str:
    """What a script prints. It fails with its first command that fails."""
    shell = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await shell.communicate()
    assert (shell.returncode, errors) == (0, b"")
    return out.decode()


async def test_the_signature_that_is_checked_by_hand() -> None:
    """The lines print what the page says they print."""
    assert await runs(BY_HAND) == PRINTED


async def test_two_calls(play_sqlite: Play) -> None:
    """The paid order redeems the coupon it names, told again it is known, and the refund takes it back."""
    stage = await play_sqlite(language="en")
    card = await stage.drop('title="Silk scarf" stock=3')
    ana = stage.fan("Ana")
    code = next(word for word in (await ana.presses(card, "claim").answered()).text.split() if "-" in word)
    stage.owner.starts(stage.bot)
    said = stage.owner.says(stage.bot, "/hook")
    chat = stage.owner.chat_with(stage.bot)
    shown = await stage.owner.waits_for(chat, lambda m: m.sender is stage.bot and "Secret" in m.text, after=said)
    real = {
        "SHOP": shown.text.partition("X-Encore-Shop: ")[2].split()[0],
        "SECRET": shown.text.partition("Secret: ")[2].split()[0],
        "URL": f"http://127.0.0.1:{(port := free_port())}/hooks/orders",
        "CODE": code,
    }
    assert re.findall(r"(?m)^(\w+)=", SETTINGS) == list(real)
    settings = "".join(f"{name}='{value}'\n" for name, value in real.items())
    app, now = stage.app, Clock.real().now

    async with serving(
        Vitals(app.meters, app.db, now, lambda: app.intake), port, OrderCalls(app.db, now, app.policies)
    ):
        answers = [json.loads(await runs(settings + call))["outcome"] for call in (PAID, PAID, REFUNDED)]

    assert answers == ["taken", "known", "taken"]
