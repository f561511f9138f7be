"""How a channel will show a post: what is seen at once, what is folded away, and how much room is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from events.errors import N_, FieldError
from notifications.channels.counting import count_hashtags, link_spans, utf8_bytes
from notifications.channels.limits import Limits

_TYPE_NAMES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/gif": "GIF"}


class Picture(Protocol):
    """What is asked about a picture; `notifications.channels.pictures.measure` finds it out."""

    @property
    def type(self) -> str:
        """Media type."""
        ...

    @property
    def octets(self) -> int:
        """How many bytes it has."""
        ...

    @property
    def width(self) -> int:
        """Pixels; 0 where it is not known."""
        ...

    @property
    def height(self) -> int:
        """Pixels; 0 where it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Preview:
    """One post as the channel shows it."""

    shown: str
    folded: str
    """What is only seen after "more"."""
    length: int
    limit: int
    links: tuple[tuple[str, str], ...] = ()
    """Links in the text: the address, and what the channel shows of it (the same where it shows all)."""
    links_work: bool = True
    """Whether a link can be followed."""
    card: str = ""
    """The link that is shown as a card below the text; empty where there is none."""
    image_format: str = ""
    """The format of the picture that is shown whole; empty without a picture."""

    @property
    def left(self) -> int:
        """Room that is left, negative when there is too much."""
        return self.limit - self.length


def preview(text: str, limits: Limits, *, has_image: bool = True) -> Preview:
    """Return how `text` is shown; the fold falls between words."""
    shown, folded = text, ""
    if limits.fold and len(text) > limits.fold:
        place = max(text.rfind(" ", 0, limits.fold + 1), text.rfind("\n", 0, limits.fold + 1))
        place = place if place > 0 else limits.fold
        shown, folded = text[:place].rstrip(), text[place:].lstrip()
    links = [text[start:end] for start, end in link_spans(text)]
    return Preview(
        shown=shown,
        folded=folded,
        length=limits.measure(text),
        limit=room(limits, has_image=has_image),
        links=tuple((link, _as_shown(link, limits)) for link in links),
        links_work=limits.links,
        card=links[0] if links and limits.link_card and not has_image else "",
        image_format=limits.image_format if has_image else "",
    )


def room(limits: Limits, *, has_image: bool = True) -> int:
    """Return the longest text that a post may have, with or without a picture."""
    return limits.text if has_image else max(limits.text, limits.without_image)


def faults(text: str, alt_text: str, limits: Limits, *, has_image: bool = True) -> list[FieldError]:
    """Return why a channel would not take this post; empty when it would."""
    found: list[FieldError] = []
    length, most = limits.measure(text), room(limits, has_image=has_image)
    if not text.strip():
        found.append(FieldError("text", "missing", N_("Write something.")))
    if length > most:
        params = {"length": length, "limit": most}
        found.append(FieldError("text", "too_long", N_("%(length)s characters; this channel takes %(limit)s."), params))
    elif limits.text_bytes and utf8_bytes(text) > limits.text_bytes:
        params = {"length": utf8_bytes(text), "limit": limits.text_bytes}
        message = N_("%(length)s bytes; this channel takes %(limit)s. Emoji and other scripts count more than letters.")
        found.append(FieldError("text", "too_many_bytes", message, params))
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


def picture_faults(picture: Picture | None, limits: Limits) -> list[FieldError]:
    """Return why a channel would not take this picture (None: there is none); empty when it would."""
    rules = limits.media
    if picture is None:
        wrong = [(N_("This channel takes no post without a picture."), "missing")] if rules.required else []
        return [FieldError("image", code, message) for message, code in wrong]
    found: list[FieldError] = []
    if picture.type not in rules.types:
        params: dict[str, object] = {"types": ", ".join(_TYPE_NAMES.get(each, each) for each in rules.types)}
        found.append(FieldError("image", "type", N_("This channel takes pictures of these kinds: %(types)s."), params))
    if picture.octets > limits.image_bytes:
        params = {"size": _megabytes(picture.octets), "limit": _megabytes(limits.image_bytes)}
        message = N_("The picture has %(size)s MB; this channel takes %(limit)s MB.")
        found.append(FieldError("image", "too_large", message, params))
    if picture.width and picture.height and not _fits(picture.width, picture.height, limits):
        params = {"width": picture.width, "height": picture.height}
        message = N_("This channel does not take a picture of %(width)s × %(height)s pixels.")
        found.append(FieldError("image", "shape", message, params))
    return found


def _fits(width: int, height: int, limits: Limits) -> bool:
    rules, ratio = limits.media, width / height
    return not (
        (rules.narrowest and ratio < rules.narrowest - 0.005)
        or (rules.widest and ratio > rules.widest + 0.005)
        or (rules.longest_side and max(width, height) > rules.longest_side)
        or (rules.pixels_together and width + height > rules.pixels_together)
    )


def _megabytes(octets: int) -> str:
    return f"{octets / 1_000_000:.1f}"


def _as_shown(link: str, limits: Limits) -> str:
    if not limits.link_shown:
        return link
    bare = link.partition("://")[2].removeprefix("www.")
    return bare if len(bare) <= limits.link_shown else bare[: limits.link_shown] + "…"
