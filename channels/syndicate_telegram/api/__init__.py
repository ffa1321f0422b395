"""The Bot API: posts are sent, edited, deleted and pinned; its errors are translated."""
