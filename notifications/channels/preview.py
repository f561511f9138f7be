"""How a channel will show a post: what is seen at once, what is folded away, and how much room is left."""

from __future__ import annotations

from dataclasses import dataclass

from events.errors import N_, FieldError
from notifications.channels.limits import Limits, count_hashtags


@dataclass(frozen=True, slots=True)
class Preview:
    """One post as the channel shows it."""

    shown: str
    folded: str
    """What is only seen after "more"."""
    length: int
    limit: int

    @property
    def left(self) -> int:
        """Room that is left, negative when there is too much."""
        return self.limit - self.length


def preview(text: str, limits: Limits) -> Preview:
    """Return how `text` is shown; the fold falls between words."""
    shown, folded = text, ""
    if limits.fold and len(text) > limits.fold:
        place = max(text.rfind(" ", 0, limits.fold + 1), text.rfind("\n", 0, limits.fold + 1))
        place = place if place > 0 else limits.fold
        shown, folded = text[:place].rstrip(), text[place:].lstrip()
    return Preview(shown=shown, folded=folded, length=limits.measure(text), limit=limits.text)


def faults(text: str, alt_text: str, limits: Limits) -> list[FieldError]:
    """Return why a channel would not take this post; empty when it would."""
    found: list[FieldError] = []
    length = limits.measure(text)
    if not text.strip():
        found.append(FieldError("text", "missing", N_("Write something.")))
    if length > limits.text:
        params = {"length": length, "limit": limits.text}
        found.append(FieldError("text", "too_long", N_("%(length)s characters; this channel takes %(limit)s."), params))
    if limits.strict_hashtags and count_hashtags(text) > limits.hashtags:
        params = {"count": count_hashtags(text), "limit": limits.hashtags}
        message = N_("%(count)s hashtags; this channel takes %(limit)s.")
        found.append(FieldError("text", "hashtags", message, params))
    if limits.alt_text and len(alt_text) > limits.alt_text:
        params = {"length": len(alt_text), "limit": limits.alt_text}
        found.append(
            FieldError("alt_text", "too_long", N_("%(length)s characters; this channel takes %(limit)s."), params)
        )
    return found
