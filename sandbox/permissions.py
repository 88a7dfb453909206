"""Permissions of members who aren't administrators (https://core.telegram.org/bots/api#chatpermissions)."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """A group's default permissions, or those of one restricted member. A new group allows everything."""

    can_send_messages: bool = True
    can_send_audios: bool = True
    can_send_documents: bool = True
    can_send_photos: bool = True
    can_send_videos: bool = True
    can_send_video_notes: bool = True
    can_send_voice_notes: bool = True
    can_send_polls: bool = True
    can_send_other_messages: bool = True
    can_add_web_page_previews: bool = True
    can_react_to_messages: bool = True
    can_edit_tag: bool = True
    can_change_info: bool = True
    can_invite_users: bool = True
    can_pin_messages: bool = True
    can_manage_topics: bool = True

    @classmethod
    def none(cls) -> "Permissions":
        """No permission at all."""
        return cls(**{one.name: False for one in dataclasses.fields(cls)})

    def json(self) -> dict[str, bool]:
        """The Bot API's ChatPermissions."""
        return dataclasses.asdict(self)
