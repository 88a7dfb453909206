"""People and bots coming, going and being promoted, with the updates and service messages of each.

Rules: https://core.telegram.org/bots/api#chatmemberupdated, https://core.telegram.org/bots/api#message
(`new_chat_members`, `left_chat_member`, `migrate_to_chat_id`).
"""

from typing import TYPE_CHECKING, Any

from sandbox.accounts import Bot, User
from sandbox.chats import BASIC_GROUP_RIGHTS, Chat, Member, Rights, Status
from sandbox.errors import CannotDoError
from sandbox.links import REQUESTER_WINDOW, InviteLink, JoinRequest

if TYPE_CHECKING:
    from sandbox.world import World


class Membership:
    """Changes of who is in a chat."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def add(self, chat: Chat, by: User, who: User, rights: Rights | None) -> None:
        """Someone is added by a member; a channel takes bots as administrators only."""
        if chat.has(who):
            raise CannotDoError(f"{who.name} is in {chat.title} already")
        if rights is not None and not chat.may(by, "can_promote_members"):
            raise CannotDoError(f"{by.name} can't promote members of {chat.title}")
        if chat.kind == "channel" and who.is_bot and rights is None:
            raise CannotDoError("a bot joins a channel as an administrator")
        self._set(chat, by, who, "administrator" if rights else "member", rights)
        if chat.is_group:
            self._service(chat, by, "new_chat_members", [who.json()])

    def promote(self, chat: Chat, by: User, who: User, rights: Rights | None, title: str | None) -> None:
        """Someone becomes an administrator, or a plain member again."""
        if not chat.has(who):
            raise CannotDoError(f"{who.name} isn't in {chat.title}")
        self._set(chat, by, who, "administrator" if rights else "member", rights, title=title)

    def remove(self, chat: Chat, by: User, who: User) -> None:
        """Someone is removed and banned; a basic group keeps no ban list of people."""
        status: Status = "left" if chat.kind == "group" and not who.is_bot else "kicked"
        was_inside = chat.has(who)
        if was_inside and chat.is_group:
            self._service(chat, by, "left_chat_member", who.json())
        self._set(chat, by, who, status, None)

    def leave(self, chat: Chat, who: User) -> None:
        """Someone leaves by themselves."""
        if chat.is_group:
            self._service(chat, who, "left_chat_member", who.json())
        self._set(chat, who, who, "left", None)

    def join(self, chat: Chat, who: User, url: str | None) -> None:
        """Someone joins by themselves, through a link if `url` is given."""
        member = chat.member(who)
        if member is not None and (member.inside or member.status == "kicked"):
            raise CannotDoError(f"{who.name} can't join {chat.title}: {member.status}")
        link = self._link(chat, url) if url is not None else None
        if link is not None and link.needs_approval:
            self._request(chat, who, link)
        else:
            self._enter(chat, who, who, link)

    def _enter(self, chat: Chat, by: User, who: User, link: InviteLink | None, *, approved: bool = False) -> None:
        how: dict[str, Any] = {}
        if link is not None:
            link.joined.add(who.id)
            # People come into a public group by its name, whatever link they had: the bot isn't told of one.
            named = {} if chat.username else {"invite_link": link.json()}
            how = named | ({"via_join_request": True} if approved else {})
        self._set(chat, by, who, "member", None, how=how)
        if chat.is_group:
            self._service(chat, who, "new_chat_members", [who.json()])

    def _link(self, chat: Chat, url: str) -> InviteLink:
        now = self.world.clock.now()
        for link in chat.links:
            inside = sum(1 for one in link.joined if one in chat.members and chat.members[one].inside)
            if link.url == url and link.is_open(now, inside):
                return link
        raise CannotDoError("INVITE_HASH_EXPIRED")

    def _request(self, chat: Chat, who: User, link: InviteLink) -> None:
        """Asks to join: bots with `can_invite_users` are told, and may write to the person for 5 minutes."""
        chat.requests[who.id] = JoinRequest(link, self.world.clock.now())
        payload = {
            "chat": chat.json(),
            "from": who.json(),
            "user_chat_id": who.id,
            "date": int(self.world.clock.now()),
            "invite_link": link.json(),
        }
        for bot in chat.bots():
            if chat.may(bot, "can_invite_users"):
                bot.queue.add("chat_join_request", payload)

    def decide(self, chat: Chat, by: User, who: User, *, approve: bool) -> None:
        """An administrator approves or declines a request; raises KeyError if there is none."""
        request = chat.requests.pop(who.id)
        if approve:
            self._enter(chat, by, who, request.link, approved=True)

    def may_write_to_requester(self, bot: Bot, who: User) -> bool:
        """Whether someone's request to join lets the bot write to them, which it does for 5 minutes."""
        now = self.world.clock.now()
        for chat in self.world.chats.values():
            request = chat.requests.get(who.id)
            if request is not None and now - request.at < REQUESTER_WINDOW and chat.may(bot, "can_invite_users"):
                return True
        return False

    def _set(
        self,
        chat: Chat,
        by: User,
        who: User,
        status: Status,
        rights: Rights | None,
        *,
        title: str | None = None,
        how: dict[str, Any] | None = None,
    ) -> None:
        before = chat.members.get(who.id) or Member(who, "left")
        if rights is not None and chat.kind == "group":
            rights = BASIC_GROUP_RIGHTS
        promoter = by.id if status == "administrator" else None
        after = Member(who, status, rights, promoter, title or before.title)
        if (before.status, before.rights, before.title) == (after.status, after.rights, after.title):
            return
        chat.members[who.id] = after
        self.world.delivery.member_changed(chat, by, before, after, how=how or {})

    def _service(self, chat: Chat, by: User, name: str, value: Any) -> None:
        self.world.delivery.post(chat, sender=by, service={name: value})

    def upgrade(self, chat: Chat) -> Chat:
        """A basic group becomes a supergroup: a new id, the same people; the old id answers with a 400."""
        if chat.kind != "group" or chat.migrated_to is not None:
            raise CannotDoError(f"{chat.title} isn't a basic group")
        new = self.world.new_chat("supergroup", chat.title)
        for member in chat.members.values():
            new.members[member.user.id] = member.copy()
        owner = next((one.user for one in chat.members.values() if one.status == "creator"), None)
        self.world.delivery.post(chat, sender=owner, service={"migrate_to_chat_id": new.id})
        chat.migrated_to = new
        self.world.delivery.post(new, sender=owner, sender_chat=None, service={"migrate_from_chat_id": chat.id})
        return new
