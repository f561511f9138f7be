"""What staff send us around the writing of an event: copies, templates, previews, reviews, materials."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from events.models import MaterialTime, ReviewRule
from service.inputs.checking import Input
from service.inputs.types import LineInput, Link, Moment, one_line, several_lines


class PreviewLinkInput(Input):
    """A link that shows an event before it is public."""

    label: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(one_line)] = Field(
        "", description="For whom it is, as staff remember it.", examples=["SMP Negeri 6"]
    )
    days: int = Field(14, ge=1, le=90, description="For how long it works.")


class CloneInput(Input):
    """When the copy of an event begins; everything moves by as much."""

    starts_at: Moment


class TemplateInput(Input):
    """The name under which an event is kept as a template."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(one_line)
    ]


class CommentInput(Input):
    """What staff say to each other about an event."""

    comment: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(several_lines)
    ] = ""


class ReviewRuleInput(Input):
    """Whose events somebody else must approve before they are published."""

    rule: ReviewRule


class MaterialInput(Input):
    """Something for those who are registered, by its link."""

    title: LineInput
    url: Link = Field(examples=["https://drive.example/salindia"])
    shown: MaterialTime = Field(MaterialTime.AFTER, description="From the registration on, or once the event is over.")
