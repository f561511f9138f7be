"""What staff send us about an event: its texts, its times, how people get in, and what proves that they came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, Field, StringConstraints

from certificates.models import CertificateRole
from certificates.settings import read_settings
from events.models import EventKind, EventMode, Evidence
from events.storage import LocalizedText
from events.tags import MOST_TOPICS, Audience, stored_topics
from service.inputs.checking import Input
from service.inputs.types import (
    Capacity,
    Code,
    LineInput,
    Link,
    Moment,
    ParagraphInput,
    StoryInput,
    Zone,
    one_line,
)


class TopicInput(Input):
    """The name of a topic in two languages."""

    id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(one_line)] = ""
    en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(one_line)] = ""


def _stored_list(given: Sequence[Audience | TopicInput]) -> list[Any]:
    """Return audiences or topics as events keep them, each once."""
    topics = [LocalizedText(each.id, each.en) for each in given if isinstance(each, TopicInput)]
    wanted = {each for each in given if isinstance(each, Audience)}
    return stored_topics(topics) or [each.value for each in Audience if each in wanted]


class AttendanceRuleInput(Input):
    """What shows that a person attended: evidence, time, or both."""

    needs: list[Evidence] = Field([], max_length=len(Evidence), examples=[["start_code", "end_code"]])
    match: Literal["any", "all"] = Field("any", description="Whether one of what is asked for is enough.")
    minutes: int | None = Field(None, ge=1, le=10_080, description="At least so many minutes there.")
    share: int | None = Field(None, ge=1, le=100, description="At least so much of the time, in percent.")

    def stored(self) -> dict[str, Any]:
        """Return the rule as events keep it."""
        return self.model_dump(mode="json", exclude_none=True)


class CertificateInput(Input):
    """Whether an event issues certificates, and what stands on them; what is left out has a sensible default."""

    enabled: bool = True
    design: Annotated[str, StringConstraints(max_length=40)] | None = Field(None, examples=["melati"])
    heading: LineInput | None = Field(None, description="Instead of *Sertifikat* and *Certificate*.")
    title: LineInput | None = Field(None, description="Instead of the event's title.")
    number_pattern: Annotated[str, StringConstraints(max_length=100), AfterValidator(one_line)] | None = Field(
        None, examples=["{seq:04}/PERPUS-BTM/{roman_month}/{year}"]
    )
    hours: int | None = Field(None, ge=1, le=1000, description="Lesson hours (*jam pelajaran*) that it counts for.")
    signatory_name: Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)] | None = None
    signatory_role: LineInput | None = None
    roles: list[CertificateRole] | None = Field(None, min_length=1, max_length=5, description="Who gets one.")

    def stored(self) -> dict[str, Any]:
        """Return the settings as events keep them. Raises `Invalid` for a pattern or design that cannot be."""
        settings = self.model_dump(mode="json", exclude_none=True)
        read_settings(settings)
        return settings


class EventFields(Input):
    """What may be written about an event at any stage; a field that is left out stays as it is."""

    summary: ParagraphInput | None = None
    description: StoryInput | None = None
    audience: ParagraphInput | None = None
    audiences: list[Audience] | None = Field(None, max_length=len(Audience), description="For whom, to filter by.")
    topics: list[TopicInput] | None = Field(None, max_length=MOST_TOPICS, description="What it is about, to filter by.")
    venue: ParagraphInput | None = None
    mode: EventMode | None = None
    join_url: Link | None = Field(None, examples=["https://meet.example/menulis"])
    registration_opens_at: Moment | None = None
    registration_closes_at: Moment | None = None
    waitlist: bool | None = None
    offer_hours: int | None = Field(None, ge=1, le=720, description="How long an offered seat is held, in hours.")
    max_party_size: int | None = Field(None, ge=1, le=100)
    start_code: Code | None = None
    end_code: Code | None = None
    attendance_rule: AttendanceRuleInput | None = None
    certificate: CertificateInput | None = Field(None, description="Null: the event issues none.")
    survey_url: Link | None = None

    def fields(self) -> dict[str, Any]:
        """Return what was given, as `events.drafts.authoring` takes it; null empties what can be empty."""
        given: dict[str, Any] = {}
        for name in self.model_fields_set & _EDITABLE:
            value = getattr(self, name)
            if isinstance(value, list):
                given[name] = _stored_list(cast("list[Audience | TopicInput]", value))
            elif isinstance(value, LineInput | ParagraphInput | StoryInput | CertificateInput | AttendanceRuleInput):
                given[name] = value.stored()
            elif value is not None or name in _CAN_BE_EMPTY:
                given[name] = value
            elif name in _TEXTS:
                given[name] = LocalizedText()
            elif name in ("attendance_rule", "certificate"):
                given[name] = {}
            elif name in ("audiences", "topics"):
                given[name] = []
            # Anything else has a default and cannot be empty: null leaves it as it is.
        return given


_TEXTS = frozenset({"summary", "description", "audience", "venue"})
_CAN_BE_EMPTY = frozenset(
    {"join_url", "registration_opens_at", "registration_closes_at", "start_code", "end_code", "survey_url"}
)


class EventEditInput(EventFields):
    """Changes to an event (JSON Merge Patch, RFC 7396, of its top-level fields)."""

    title: LineInput | None = None


class EventDraftInput(EventFields):
    """A new event."""

    kind: EventKind
    title: LineInput
    starts_at: Moment
    ends_at: Moment
    timezone: Zone | None = None
    capacity: Capacity | None = Field(None, description="Seats of a webinar; empty: no limit.")


_EDITABLE = frozenset({*EventFields.model_fields, "title"})


class TimesInput(Input):
    """When an event takes place."""

    starts_at: Moment
    ends_at: Moment


class ReasonInput(Input):
    """Why something happens to an event, as people are told."""

    reason: ParagraphInput | None = None


class RescheduleInput(TimesInput):
    """The new time of an event, and why it moves."""

    reason: ParagraphInput | None = None
