"""What YouTube accepts, and what its answers mean; no network and no client library here."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from events.recordings.video_host import (
    HostError,
    HostUnavailableError,
    QuotaExceededError,
    ReconnectNeededError,
    SessionLostError,
    UploadLimitExceededError,
    UploadRefusedError,
    VideoDetails,
)

TITLE_LIMIT: Final = 100
DESCRIPTION_LIMIT: Final = 5000
"""In bytes of UTF-8, not in characters."""
_EDUCATION: Final = "27"
"""The category of lectures and talks."""
_QUOTA: Final = {"quotaExceeded", "dailyLimitExceeded"}
_RATE: Final = {"rateLimitExceeded", "userRateLimitExceeded", "backendError", "internalError", "SERVICE_UNAVAILABLE"}
_CONSENT: Final = {"authError", "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}


def video_resource(details: VideoDetails) -> dict[str, Any]:
    """Return the body of ``videos.insert``: shortened and cleaned to what YouTube accepts, nothing left to defaults."""
    room = DESCRIPTION_LIMIT - len(details.marker.encode()) - 2
    text = clean(details.description).encode()[:room].decode(errors="ignore").rstrip()
    return {
        "snippet": {
            "title": clean(details.title)[:TITLE_LIMIT].strip() or details.marker[:TITLE_LIMIT],
            "description": f"{text}\n\n{details.marker}" if text else details.marker,
            "categoryId": _EDUCATION,
            "defaultLanguage": details.language,
            "defaultAudioLanguage": details.language,
        },
        # An omitted privacyStatus means public.
        "status": {"privacyStatus": details.visibility, "selfDeclaredMadeForKids": False},
    }


def clean(text: str) -> str:
    """Replace the two characters that YouTube refuses by look-alikes, and drop control characters."""
    text = text.replace("<", "‹").replace(">", "›")
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "", text)


def error_of(status: int, content: bytes, *, retry_after: str | None, in_session: bool) -> HostError:
    """Say what an answer of 400 and above means; `in_session` tells an upload's session from everything else."""
    reason = _reason(content)
    if in_session and status in (404, 410):
        return SessionLostError("session_lost")
    if reason in _QUOTA:
        return QuotaExceededError("quota_exceeded")
    if reason == "uploadLimitExceeded":
        return UploadLimitExceededError("upload_limit_exceeded")
    if status >= 500 or status == 429 or reason in _RATE:
        return HostUnavailableError(f"http_{status}", retry_after=_pause(retry_after))
    if in_session and status == 400:
        # Client and server disagree on the offset (a repeated chunk); the next attempt asks first.
        return HostUnavailableError("out_of_step")
    if reason in _CONSENT or (status == 401 and reason != "youtubeSignupRequired"):
        return ReconnectNeededError("reconnect_needed")
    return UploadRefusedError(_snake_case(reason) or f"http_{status}")


def _reason(content: bytes) -> str:
    """Return Google's code for what is wrong, such as ``invalidTitle``, or nothing."""
    try:
        told: Any = json.loads(content)["error"]
        return str(told["errors"][0]["reason"]) if told.get("errors") else str(told.get("status", ""))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return ""


def _pause(retry_after: str | None) -> timedelta | None:
    """Return the pause that the server asks for (RFC 9110 §10.2.3), which the client library ignores."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return min(timedelta(seconds=int(retry_after[:6])), timedelta(days=1))
    try:
        return max(parsedate_to_datetime(retry_after) - datetime.now(UTC), timedelta(0))
    except (ValueError, TypeError):
        return None


def _snake_case(reason: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", reason).lower()).strip("_")[:80]
