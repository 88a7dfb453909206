"""People and bots join, leave and are promoted. Each change makes its updates and service messages.

Rules: https://core.telegram.org/bots/api#chatmemberupdated, https://core.telegram.org/bots/api#message
(`new_chat_members`, `left_chat_member`, `migrate_to_chat_id`).
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.accounts import Bot, User
from sandbox.chats import BASIC_GROUP_RIGHTS, OWNER_RIGHTS, Chat, Member, Rights, Status
from sandbox.errors import CannotDoError
from sandbox.links import REQUESTER_WINDOW, InviteLink, JoinRequest
from sandbox.messages import NewMessage
from sandbox.permissions import Permissions

if TYPE_CHECKING:
    from sandbox.world import World


class Membership:
    """Changes of the members of a chat."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def add(self, chat: Chat, by: User, who: User, rights: Rights | None) -> None:
        """A member adds someone. A bot can only be added to a channel as an administrator."""
        if chat.has(who):
            raise CannotDoError(f"{who.name} is in {chat.title} already")
        if rights is not None and not chat.may(by, "can_promote_members"):
            raise CannotDoError(f"{by.name} can't promote members of {chat.title}")
        if chat.kind == "channel" and who.is_bot and rights is None:
            raise CannotDoError("a bot joins a channel as an administrator")
        self._let_in(chat, by, who, rights)
        if chat.is_group:
            self._post_service(chat, by, "new_chat_members", [who.json()])

    def promote(self, chat: Chat, by: User, who: User, rights: Rights | None, title: str | None) -> None:
        """Make someone an administrator or a plain member. A creator only becomes anonymous or visible."""
        if not chat.has(who):
            raise CannotDoError(f"{who.name} isn't in {chat.title}")
        if who is chat.creator():
            own = replace(OWNER_RIGHTS, is_anonymous=rights is not None and rights.is_anonymous)
            self._give_standing(chat, by, Member(who, "creator", own, title=title))
            return
        self._give_standing(chat, by, Member(who, "administrator" if rights else "member", rights, title=title))

    def restrict(self, chat: Chat, by: User, who: User, permissions: Permissions | None) -> None:
        """Restrict someone to these permissions, in the chat or not. None lifts the restriction."""
        inside = chat.has(who)
        if permissions is None:
            self._give_standing(chat, by, Member(who, "member" if inside else "left"))
        else:
            self._store_and_tell(chat, by, Member(who, "restricted", permissions=permissions, is_member=inside))

    def tag(self, chat: Chat, by: User, who: User, tag: str) -> None:
        """Set the tag beside a member's name; an empty one removes it."""
        self._store_and_tell(chat, by, replace(chat.members[who.id], tag=tag))

    def remove(self, chat: Chat, by: User, who: User) -> None:
        """Remove and ban someone. A basic group removes people without a ban."""
        status: Status = "left" if chat.kind == "group" and not who.is_bot else "kicked"
        was_inside = chat.has(who)
        if was_inside and chat.is_group:
            self._post_service(chat, by, "left_chat_member", who.json())
        self._give_standing(chat, by, Member(who, status))

    def unban(self, chat: Chat, by: User, who: User) -> None:
        """Lift a ban."""
        if not chat.bans(who):
            raise CannotDoError(f"{who.name} isn't banned in {chat.title}")
        self._give_standing(chat, by, Member(who, "left"))

    def leave(self, chat: Chat, who: User) -> None:
        """Someone leaves. A supergroup that its creator left has none until they come back or the heir takes over.

        The heir is the administrator who is longest in the list; that is unverified.
        """
        if chat.is_group:
            self._post_service(chat, who, "left_chat_member", who.json())
        was_creator = who is chat.creator()
        member = chat.members[who.id]
        if member.permissions is not None:
            self._store_and_tell(chat, who, replace(member, is_member=False))
        else:
            self._give_standing(chat, who, Member(who, "left"))
        if was_creator and chat.kind == "supergroup":
            chat.departed = who
            administrators = (one.user for one in chat.members.values() if one.status == "administrator")
            chat.heir = next((one for one in administrators if not one.is_bot), None)
            named = {} if chat.heir is None else {"new_owner": chat.heir.json()}
            self._post_service(chat, who, "chat_owner_left", named)

    def make_heir_creator(self, chat: Chat) -> None:
        """Make the heir of a creator who left the creator, as Telegram does after a week."""
        heir = chat.heir
        if heir is None or not chat.has(heir):
            raise CannotDoError(f"nobody inherits {chat.title}")
        chat.departed = chat.heir = None
        self._give_standing(chat, heir, Member(heir, "creator", OWNER_RIGHTS))
        self._post_service(chat, heir, "chat_owner_changed", {"new_owner": heir.json()})

    def hand_over(self, chat: Chat, by: User, to: User, keeps: Rights | None) -> None:
        """Make another member the creator. The old one becomes an administrator with the rights they keep, or a member.

        Both changes are stored before any bot is told. The order of the updates is unverified.
        """
        old, new = chat.members[by.id], chat.members[to.id]
        hidden = new.rights is not None and new.rights.is_anonymous
        own = replace(OWNER_RIGHTS, is_anonymous=hidden)
        chat.members[to.id] = replace(new, status="creator", rights=own, permissions=None)
        chat.members[by.id] = replace(
            old, status="administrator" if keeps else "member", rights=keeps, promoted_by=to.id if keeps else None
        )
        for before in (old, new):
            self.world.delivery.member_changed(chat, by, before, chat.members[before.user.id])
        if chat.is_group:
            self._post_service(chat, by, "chat_owner_changed", {"new_owner": to.json()})

    def delete_account(self, who: User) -> None:
        """Take a deleted account out of all its chats. No update tells of it (unverified)."""
        for chat in self.world.chats.values():
            if chat.has(who):
                chat.members[who.id] = Member(who, "left")

    def join(self, chat: Chat, who: User, url: str | None) -> None:
        """Someone joins by themselves, by an invite link if `url` is given."""
        member = chat.member(who)
        if member is not None and (member.inside or member.status == "kicked"):
            raise CannotDoError(f"{who.name} can't join {chat.title}: {member.status}")
        link = self._open_link(chat, url) if url is not None else None
        if link is not None and link.needs_approval:
            self._ask_to_join(chat, who, link)
        else:
            self._come_in(chat, who, who, link)

    def _come_in(self, chat: Chat, by: User, who: User, link: InviteLink | None, *, approved: bool = False) -> None:
        how: dict[str, Any] = {}
        if link is not None:
            link.joined.add(who.id)
            # Who joins a public group joins by its name, even with a link: the bot isn't told of the link.
            named = {} if chat.username else {"invite_link": link.json()}
            how = named | ({"via_join_request": True} if approved else {})
        self._let_in(chat, by, who, None, how=how)
        if chat.is_group:
            self._post_service(chat, who, "new_chat_members", [who.json()])

    def _open_link(self, chat: Chat, url: str) -> InviteLink:
        now = self.world.clock.now()
        for link in chat.links:
            inside = sum(1 for one in link.joined if one in chat.members and chat.members[one].inside)
            if link.url == url and link.is_open(now, inside):
                return link
        raise CannotDoError("INVITE_HASH_EXPIRED")

    def _ask_to_join(self, chat: Chat, who: User, link: InviteLink) -> None:
        """Store a request to join. Bots with `can_invite_users` are told, and may write to the person for 5 minutes."""
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
        """Approve or decline a request to join. Raises KeyError if there is none."""
        request = chat.requests.pop(who.id)
        if approve:
            self._come_in(chat, by, who, request.link, approved=True)

    def may_write_to_requester(self, bot: Bot, who: User) -> bool:
        """Whether the bot may write to someone because they asked to join in the last 5 minutes."""
        now = self.world.clock.now()
        for chat in self.world.chats.values():
            request = chat.requests.get(who.id)
            if request is not None and now - request.at < REQUESTER_WINDOW and chat.may(bot, "can_invite_users"):
                return True
        return False

    def _let_in(
        self, chat: Chat, by: User, who: User, rights: Rights | None, *, how: dict[str, Any] | None = None
    ) -> None:
        """Make someone a member. A creator who left is creator again; who was restricted still is."""
        member = chat.member(who)
        if who is chat.departed:
            chat.departed = chat.heir = None
            self._give_standing(chat, by, Member(who, "creator", OWNER_RIGHTS), how=how)
        elif member is not None and member.permissions is not None and rights is None:
            self._store_and_tell(chat, by, replace(member, is_member=True), how=how)
        else:
            status: Status = "administrator" if rights else "member"
            self._give_standing(chat, by, Member(who, status, rights), how=how)

    def _give_standing(self, chat: Chat, by: User, new: Member, *, how: dict[str, Any] | None = None) -> None:
        """Give someone a new status. They keep their title, and `by` is noted as who promoted an administrator."""
        before = chat.members.get(new.user.id)
        rights = BASIC_GROUP_RIGHTS if new.rights is not None and chat.kind == "group" else new.rights
        promoter = by.id if new.status == "administrator" else None
        title = new.title or (before.title if before else None)
        self._store_and_tell(chat, by, replace(new, rights=rights, promoted_by=promoter, title=title), how=how)

    def _store_and_tell(self, chat: Chat, by: User, after: Member, *, how: dict[str, Any] | None = None) -> None:
        """Store a new standing and tell bots of it. A standing that is the same as before is told to nobody."""
        before = chat.members.get(after.user.id) or Member(after.user, "left")
        if before.standing == after.standing:
            return
        chat.members[after.user.id] = after
        self.world.delivery.member_changed(chat, by, before, after, how=how or {})

    def _post_service(self, chat: Chat, by: User | None, name: str, value: Any) -> None:
        self.world.delivery.post(chat, NewMessage(sender=by, service={name: value}))

    def upgrade(self, chat: Chat) -> Chat:
        """Make a basic group a supergroup with a new id and the same members. Calls with the old id get a 400."""
        if chat.kind != "group" or chat.migrated_to is not None:
            raise CannotDoError(f"{chat.title} isn't a basic group")
        new = self.world.new_chat("supergroup", chat.title)
        for member in chat.members.values():
            new.members[member.user.id] = member.copy()
        new.permissions = chat.permissions
        owner = chat.creator()
        self._post_service(chat, owner, "migrate_to_chat_id", new.id)
        chat.migrated_to = new
        self._post_service(new, owner, "migrate_from_chat_id", chat.id)
        return new
