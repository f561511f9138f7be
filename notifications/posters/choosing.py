"""Which family of layouts a poster is drawn in: what staff chose, else varied by the event and the moment.

An event keeps to three families, so that its posters are known as one campaign and no two in a row look alike.
"""

from __future__ import annotations

import random

from notifications.models.moment import CHANGES, Moment
from notifications.posters.design import NOTICE_LAYOUT, Design

CHOICES = (
    "typographic",
    "photo",
    "split",
    "band",
    "frame",
    "cloth",
    "timetable",
    "number",
    "card",
    "arch",
    "quote",
)
"""What staff may choose from; a change is always told by the notice."""
_CAMPAIGN = 3
_COUNTING_DOWN = (Moment.H7, Moment.H1, Moment.TODAY)


def family_of(design: Design, moment: Moment, *, chosen: str, seed: int) -> str:
    """Return a family that suits what `design` has to show; the same for the same event and moment."""
    if moment in CHANGES:
        return NOTICE_LAYOUT
    if chosen in CHOICES:
        return chosen
    suited = _suited(design, moment)
    campaign = random.Random(seed).sample(suited, min(_CAMPAIGN, len(suited)))  # noqa: S311 - variety, no secret
    if moment in _COUNTING_DOWN and "number" not in campaign and design.big:
        campaign[-1] = "number"
    return campaign[list(Moment).index(moment) % len(campaign)]


def _suited(design: Design, moment: Moment) -> list[str]:
    alone = len(design.speakers) == 1 and design.speakers[0].photo_key is not None
    if moment is Moment.SPEAKER:
        told = ["quote"] if design.lead else []
        return [*told, "photo", "split", "arch"] if alone else [*told, "typographic", "card", "cloth"]
    if design.picture_key and design.picture_kind != "portrait":
        return ["photo", "split", "arch"]
    if alone or design.picture_key:
        return ["photo", "split", "arch", "typographic", "frame"]
    suited = ["typographic", "band", "split", "frame", "cloth", "number", "card", "arch"]
    return [*suited, "timetable"] if len(design.programme) > 2 else suited
