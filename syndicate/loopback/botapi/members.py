"""Rights and other facts that Telegram tells of a chat and of the bot in it."""

from __future__ import annotations

from typing import Any

GIFTS = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)
MEMBER_RIGHTS = dict.fromkeys(
    (
        "can_be_edited", "can_manage_chat", "can_post_messages", "can_edit_messages",
        "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
        "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
        "can_edit_stories", "can_delete_stories",
    ),
    True,
)  # fmt: skip
PERMISSIONS = dict.fromkeys(
    (
        "is_member", "can_send_messages", "can_send_audios", "can_send_documents",
        "can_send_photos", "can_send_videos", "can_send_video_notes", "can_send_voice_notes",
        "can_send_polls", "can_send_other_messages", "can_add_web_page_previews",
        "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
        "can_edit_tag", "can_react_to_messages",
    ),
    True,
)  # fmt: skip
MEMBERS: dict[str, dict[str, Any]] = {
    "creator": {"is_anonymous": False},
    "administrator": {"is_anonymous": False} | MEMBER_RIGHTS,
    "member": {},
    "restricted": PERMISSIONS | {"until_date": 0},
    "left": {},
    "kicked": {"until_date": 0},
}
