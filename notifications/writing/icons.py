"""Emoji by the organiser's policy: none, few (where they help the eye find when and where) or many."""

from __future__ import annotations

from notifications.models.moment import Moment
from notifications.writing.details import Details

POLICIES = ("none", "few", "many")
_OF_TONE = {"formal": "none", "young": "many"}
_FEW = {"when": "🗓", "was": "🗓", "now": "👉", "where": "📍", "watch": "▶️"}
_MANY = _FEW | {
    "speaker": "🎙",
    "speakers": "🎙",
    "moderator": "🎤",
    "moderators": "🎤",
    "topic": "💬",
    "certificate": "🎓",
    "free": "✨",
    "seats": "⏳",
    "attended": "🙌",
    "reason": "📝",
    "work": "🖼",
}
_OF_MOMENT = {
    Moment.ANNOUNCED: "🎉",
    Moment.REGISTRATION_OPEN: "📝",
    Moment.SPEAKER: "🎤",
    Moment.PROGRAMME: "📋",
    Moment.FEW_SEATS: "⏳",
    Moment.WAITLIST: "⏳",
    Moment.H7: "🗓",
    Moment.H1: "⏰",
    Moment.TODAY: "🙌",
    Moment.LIVE: "🔴",
    Moment.EXHIBITION_OPENING: "🎉",
    Moment.EXHIBITION_LAST_DAYS: "⏳",
    Moment.WORK: "🖼",
    Moment.THANKS: "💛",
    Moment.RECORDING: "▶️",
    Moment.CERTIFICATES: "🎓",
    Moment.SURVEY: "💬",
    Moment.POSTPONED: "🙏",
    Moment.CANCELLED: "🙏",
}


def policy_of(details: Details) -> str:
    """Return the policy that counts; an organiser that has not chosen one gets that of its tone."""
    return details.emoji if details.emoji in POLICIES else _OF_TONE.get(details.tone, "few")


def icon(label: str, details: Details) -> str:
    """Return the emoji before a line, or an empty text."""
    return {"few": _FEW, "many": _MANY}.get(policy_of(details), {}).get(label, "")


def closing(moment: Moment, details: Details) -> str:
    """Return the emoji after an opening sentence, with its blank, or an empty text."""
    return f" {_OF_MOMENT[moment]}" if policy_of(details) == "many" and moment in _OF_MOMENT else ""
