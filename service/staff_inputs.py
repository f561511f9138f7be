"""What staff send us about events, partners and seats, checked once for pages and API alike.

Built from the types of `service.inputs`. A text in two languages is `{"id": …, "en": …}`; either may be empty.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, LiteralString, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from certificates.models import CertificateRole
from certificates.settings import read_settings
from events import typed
from events.dates import INDONESIAN_ZONES
from events.errors import Invalid
from events.models import (
    EventKind,
    EventMode,
    Evidence,
    MaterialTime,
    ParticipationRole,
    PartnerKind,
    ProgrammeItem,
    ReviewRule,
)
from events.storage import LocalizedText
from events.tags import MOST_TOPICS, Audience, stored_topics
from service.inputs import Email, Input, Line200, PersonName, Phone, field_errors

_Model = TypeVar("_Model", bound=Input)


class NotJsonError(ValueError):
    """The body is no JSON text at all: bad syntax, bad encoding, or nested beyond reason."""


def parse_json(model: type[_Model], body: bytes) -> _Model:
    """Return a JSON body as a checked `model`, in which a number is a number and never a text that looks like one.

    Raises `NotJsonError`, or `Invalid` with every field's error, in the order of the fields.
    """
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise NotJsonError from error
        raise Invalid(field_errors(error, list(model.model_fields))) from error


def _refuse(code: LiteralString) -> PydanticCustomError:
    return PydanticCustomError(code, "{code}", {"code": code})


def one_line(text: str) -> str:
    """Return a line with single blanks, whatever a word processor put between the words. Refuses line breaks."""
    if "\n" in text or "\r" in text:
        raise _refuse("control_character")
    return _typed(typed.line_of, text)


def several_lines(text: str) -> str:
    """Return a text without blanks around it, its line ends line feeds. Refuses control characters."""
    return _typed(typed.text_of, text)


def _typed(brought: Callable[[str], str], text: str) -> str:
    try:
        return brought(text)
    except typed.Unusable as error:
        raise _refuse("control_character") from error


def _moment(at: datetime) -> datetime:
    # Beyond these years, turning a moment into another zone's overflows somewhere.
    if not 2000 <= at.year <= 2100:
        raise _refuse("moment")
    return at.astimezone(UTC).replace(microsecond=0)


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and text.isprintable() and " " not in text
    except ValueError:
        usable = False
    if not usable:
        raise _refuse("invalid")
    return text


def _zone(name: str) -> str:
    if name not in INDONESIAN_ZONES:
        raise _refuse("choice")
    return name


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_moment),
    Field(description="RFC 3339, with the offset from UTC.", examples=["2026-12-12T09:00:00+07:00"]),
]
Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_web_address)]
Zone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_zone), Field(examples=["Asia/Jakarta"])]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(one_line)]
Capacity = Annotated[int, Field(ge=1, le=100_000)]


class LineInput(Input):
    """One line in two languages."""

    id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)] = ""
    en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)] = ""

    def stored(self) -> LocalizedText:
        """Return the text as tables keep it."""
        return LocalizedText(self.id, self.en)


class ParagraphInput(Input):
    """A short text in two languages."""

    id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(several_lines)] = ""
    en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(several_lines)] = ""

    def stored(self) -> LocalizedText:
        """Return the text as tables keep it."""
        return LocalizedText(self.id, self.en)


class StoryInput(Input):
    """A long text in two languages: plain, blank lines between paragraphs."""

    id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(several_lines)] = ""
    en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(several_lines)] = ""

    def stored(self) -> LocalizedText:
        """Return the text as tables keep it."""
        return LocalizedText(self.id, self.en)


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
    """Which evidence shows that a person attended."""

    needs: list[Evidence] = Field(min_length=1, max_length=5, examples=[["start_code", "end_code"]])
    match: Literal["any", "all"] = "any"


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
        """Return what was given, as `events.authoring` takes it; null empties what can be empty."""
        given: dict[str, Any] = {}
        for name in self.model_fields_set & _EDITABLE:
            value = getattr(self, name)
            if isinstance(value, list):
                given[name] = _stored_list(cast("list[Audience | TopicInput]", value))
            elif isinstance(value, LineInput | ParagraphInput | StoryInput | CertificateInput):
                given[name] = value.stored()
            elif isinstance(value, AttendanceRuleInput):
                given[name] = value.model_dump(mode="json")
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


class CapacityInput(Input):
    """How many seats there are."""

    capacity: Capacity | None = Field(description="Null: no limit.")
    overbooking: int = Field(0, ge=0, le=10_000, description="Seats given out beyond that, because some stay away.")


class SlotTimes(Input):
    """One visiting time."""

    starts_at: Moment
    ends_at: Moment


def _day(day: date) -> date:
    if not 2000 <= day.year <= 2100:
        raise _refuse("moment")
    return day


class OpeningHoursInput(Input):
    """Regular visiting times between two days, both included, in the event's zone."""

    first: Annotated[date, AfterValidator(_day)]
    last: Annotated[date, AfterValidator(_day)]
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(
        min_length=1, max_length=7, description="Monday is 0.", examples=[[5, 6]]
    )
    opens: time
    closes: time
    minutes: int = Field(ge=5, le=1440, description="Length of one visit.")

    @field_validator("last")
    @classmethod
    def _within_a_year(cls, last: date, info: ValidationInfo) -> date:
        """Refuse a range that would be counted for minutes only to be refused afterwards."""
        first = info.data.get("first")
        if isinstance(first, date) and last - first > timedelta(days=366):
            raise _refuse("moment")
        return last


class SlotsInput(Input):
    """Visiting times to add to an exhibition: single ones, regular ones, or both."""

    times: list[SlotTimes] = Field(default_factory=list[SlotTimes], max_length=1000)
    hours: OpeningHoursInput | None = None
    capacity: Capacity = Field(description="Seats of each visiting time.")


class ProgrammeItemInput(Input):
    """One line of the programme."""

    starts_at: Moment
    ends_at: Moment
    title: LineInput
    room: LineInput | None = None
    speaker_id: uuid.UUID | None = Field(None, description="A partner who takes part in the event.")

    def stored(self) -> ProgrammeItem:
        """Return the line as a row that belongs to no event yet."""
        return ProgrammeItem(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            title=self.title.stored(),
            room=self.room.stored() if self.room else LocalizedText(),
            speaker_id=self.speaker_id,
        )


class ProgrammeInput(Input):
    """The whole programme; it replaces the one before."""

    items: list[ProgrammeItemInput] = Field(max_length=200)


class PartnerInput(Input):
    """A school, community, institution or speaker."""

    kind: PartnerKind
    name: PersonName = Field(description="As it stands on posters, with titles.", examples=["Dr. Siti Aminah, M.Pd."])
    affiliation: LineInput | None = None
    biography: ParagraphInput | None = None
    contact_name: Line200 | None = None
    email: Email | None = None
    phone: Phone | None = None
    locale: Literal["id", "en"] = "id"
    timezone: Zone = "Asia/Jakarta"


class ParticipationInput(Input):
    """A partner's part in an event."""

    partner_id: uuid.UUID
    role: ParticipationRole
    topic: LineInput | None = None
    position: int = Field(0, ge=0, le=1000, description="Place in the list of the page.")


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
