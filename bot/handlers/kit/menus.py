"""The menus that Telegram shows beside the text field, and what a person reads before *Start*."""

import asyncio
from collections.abc import Set as AbstractSet
from typing import Any

from aiogram.exceptions import TelegramAPIError
from sqlalchemy.exc import SQLAlchemyError

from bot.content import Words
from bot.features.communities import Communities
from bot.logs import get_logger
from bot.rules.menus import FANS, HOSTS, OWNERS, STAFF, only_handled
from bot.rules.rights import Role
from bot.rules.words import Language
from bot.telegram.calls import Outbound
from bot.telegram.pacer import HeldError
from bot.telegram.whispers import Whispers

log = get_logger("menus")

CODES = {"": Language.EN, "ko": Language.KO, "zh": Language.ZH, "en": Language.EN}
"""Telegram's language codes and whose words they get; the empty one is for every other language."""
PROFILE = {"Description": ("description", "about"), "ShortDescription": ("short_description", "about_short")}
"""Telegram's name of a text, its field, and its block."""
TRIES = 3
LONGEST_PAUSE = 30.0

Menu = list[dict[str, Any]]


class Menus:
    """Sets the menus, where they aren't as they should be. Nothing waits for them, and a failure is only logged."""

    def __init__(
        self,
        out: Outbound,
        words: Words,
        communities: Communities,
        listened_to: AbstractSet[str],
        whispers: Whispers,
    ) -> None:
        self._out = out
        self._words = words
        self._communities = communities
        self.listened_to = listened_to
        """Commands that some desk answers."""
        self._whispers = whispers
        self._warned = False

    async def at_start(self) -> None:
        """Set everybody's menus, then those of owners in private."""
        for code, language in CODES.items():
            await self._menu({"type": "all_private_chats"}, code, self._fans(language))
            # An older server would forget that they are ephemeral, and each start would set them again.
            in_group = self._fans(language, ephemeral=self._whispers.possible)
            await self._menu({"type": "all_group_chats"}, code, in_group)
            staff = [*in_group, *self._staff(language)]
            await self._menu({"type": "all_chat_administrators"}, code, staff)
            for what, (field, block) in PROFILE.items():
                await self._profile(what, field, code, self._words.line("commands", block, language))
        try:
            owners = await self._communities.owners()
            helpers = await self._communities.helpers()
        except (SQLAlchemyError, OSError) as error:
            log.warning("owners_unknown", error=type(error).__name__)
            return
        for user_id, language in owners:
            await self.for_owner(user_id, language, patient=True)
        for user_id, language, role in helpers:
            if user_id not in {one for one, _ in owners}:
                await self._helper(user_id, language, role, patient=True)

    async def for_owner(self, user_id: int, language: Language, *, patient: bool = False) -> None:
        """In private an owner's menu has the staff's commands and their own too.

        Only at the start there is time to wait until Telegram takes calls again; what a handler couldn't set is set
        then.
        """
        scope = {"type": "chat", "chat_id": user_id}
        owner = self._described(OWNERS, language, {})
        await self._menu(scope, "", [*self._fans(language), *self._staff(language), *owner], patient=patient)

    async def for_helper(self, user_id: int, language: Language, role: Role | None) -> None:
        """The same for a person to whom an owner gave a role; with None their menu is everybody's again.

        An owner's menu has more already, and stays.
        """
        if user_id not in {one for one, _ in await self._communities.owners()}:
            await self._helper(user_id, language, role)

    async def _helper(self, user_id: int, language: Language, role: Role | None, *, patient: bool = False) -> None:
        scope = {"type": "chat", "chat_id": user_id}
        if role is None:
            await self._call("deleteMyCommands", tries=1, scope=scope)
            return
        theirs = self._described(HOSTS if role is Role.HOST else STAFF, language, {})
        await self._menu(scope, "", [*self._fans(language), *theirs], patient=patient)

    def _fans(self, language: Language, *, ephemeral: bool = False) -> Menu:
        return self._described(FANS, language, {"is_ephemeral": True} if ephemeral else {})

    def _staff(self, language: Language) -> Menu:
        return self._described(STAFF, language, {})

    def _described(self, names: tuple[str, ...], language: Language, how: dict[str, Any]) -> Menu:
        return [
            {"command": name, "description": self._words.line("commands", name, language), **how}
            for name in only_handled(names, self.listened_to)
        ]

    async def _menu(self, scope: dict[str, Any], code: str, wanted: Menu, *, patient: bool = True) -> None:
        which: dict[str, Any] = {"scope": scope, "language_code": code or None}
        tries = TRIES if patient else 1
        there = await self._call("getMyCommands", tries=tries, **which)
        if isinstance(there, list) and [_entry(one) for one in there] != [_entry(one) for one in wanted]:
            await self._call("setMyCommands", tries=tries, **which, commands=wanted)

    async def _profile(self, what: str, field: str, code: str, wanted: str) -> None:
        there = await self._call(f"getMy{what}", language_code=code or None)
        if isinstance(there, dict) and there.get(field) != wanted:
            put_right: dict[str, Any] = {"language_code": code or None, field: wanted}
            await self._call(f"setMy{what}", **put_right)

    async def _call(self, method: str, *, tries: int = TRIES, **parameters: Any) -> Any:
        """The answer, or None if there is none to be had."""
        for left in reversed(range(tries)):
            try:
                return await self._out.call(method, **parameters)
            except HeldError as error:
                if left:
                    await asyncio.sleep(min(error.wait, LONGEST_PAUSE))
            except TelegramAPIError as error:
                self._warn("menu_refused", method, error=type(error).__name__)
                return None
        self._warn("menu_held", method)
        return None

    def _warn(self, event: str, method: str, **why: str) -> None:
        """Warn of the first menu that can't be set: a server that refuses one refuses all of them, at each try."""
        if self._warned:
            log.debug(event, method=method, **why)
        else:
            log.warning(event, method=method, **why)
        self._warned = True


def _entry(command: Any) -> tuple[str, str, bool]:
    if not isinstance(command, dict):
        return "", "", False
    return command.get("command", ""), command.get("description", ""), bool(command.get("is_ephemeral"))
