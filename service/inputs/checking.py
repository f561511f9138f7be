"""What people and programs send us, checked once for pages and API alike: every error at once, each with a code.

Text is stripped; control characters (and so NUL, which PostgreSQL cannot keep) are refused. Telephone numbers become
E.164 (ITU-T), numbers without a country being Indonesian; e-mail addresses are checked by form (RFC 5321), not by DNS.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from events import typed
from events.errors import N_, FieldError, Invalid

_Model = TypeVar("_Model", bound=BaseModel)

_MESSAGES: dict[str, str] = {
    "missing": N_("Please fill this in."),
    "too_short": N_("At least %(limit)s characters, please."),
    "too_long": N_("At most %(limit)s characters, please."),
    **typed.MESSAGES,
    "number": N_("Write a whole number."),
    "too_small": N_("At least %(limit)s, please."),
    "too_large": N_("At most %(limit)s, please."),
    "choice": N_("Choose one of the options."),
    "moment": N_("Give a date and a time."),
    "contact_missing": N_("Give an e-mail address or a WhatsApp number."),
    "consent": N_("We can only register you with your consent."),
    "unknown": N_("There is no such field."),
    "invalid": N_("We could not understand this answer."),
}

_CODES: dict[str, str] = {
    "missing": "missing",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "int_parsing": "number",
    "int_type": "number",
    "int_from_float": "number",
    "int_parsing_size": "number",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "literal_error": "choice",
    "enum": "choice",
    "uuid_parsing": "choice",
    "uuid_type": "choice",
    "bool_parsing": "choice",
    "bool_type": "choice",
    "datetime_parsing": "moment",
    "datetime_from_date_parsing": "moment",
    "datetime_type": "moment",
    "timezone_aware": "moment",
    "extra_forbidden": "unknown",
}


def refuse(code: str) -> PydanticCustomError:
    """Return what a validator raises for `code`."""
    # Pydantic's own message is never shown: `_MESSAGES` holds what people read.
    return PydanticCustomError(code, "{code}", {"code": code})  # pyright: ignore[reportArgumentType] # pydantic wants a literal


def _spelt(brought: Callable[[str], str]) -> AfterValidator:
    """Return a function of `events.typed` as a validator."""

    def validate(text: str) -> str:
        try:
            found = brought(text)
        except typed.Unusable as error:
            raise refuse(error.code) from error
        if not found:
            raise refuse("missing")
        return found

    return AfterValidator(validate)


def _consented(given: bool) -> bool:
    if not given:
        raise refuse("consent")
    return given


Line200 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _spelt(typed.line_of)]
Text500 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), _spelt(typed.text_of)]
PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _spelt(typed.name_of)
]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), _spelt(typed.email_of)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), _spelt(typed.phone_of)]
Consent = Annotated[bool, AfterValidator(_consented)]


class Input(BaseModel):
    """The root of every input: unknown fields are errors, so that a misspelt one is not silently dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GuardianInput(Input):
    """The parent or guardian of a minor who registers, and where to ask them."""

    name: PersonName
    email: Email | None = None
    phone: Phone | None = Field(None, description="WhatsApp number.")


class RegistrationInput(Input):
    """What a person tells us when registering."""

    name: PersonName = Field(description="As it should stand on the certificate.", examples=["Siti Aminah, S.Pd."])
    email: Email | None = Field(None, examples=["siti@gmail.com"])
    phone: Phone | None = Field(None, description="WhatsApp number.", examples=["0812 3456 7890"])
    institution: Line200 | None = Field(None, examples=["SMP Negeri 6 Batam"])
    party_size: int = Field(1, ge=1, le=100, description="How many people come, this person included.")
    slot_id: uuid.UUID | None = Field(None, description="The visiting time, for exhibitions.")
    sign_language: bool = Field(False, description="Whether the person needs a sign language interpreter.")
    wheelchair: bool = Field(False, description="Whether a place for a wheelchair is needed.")
    access_needs: Text500 | None = Field(None, description="What the person needs to take part.")
    consent: Consent = Field(False, validate_default=True, description="Whether the person agrees to the consent text.")

    @model_validator(mode="wrap")
    @classmethod
    def _check_contact(cls, data: Any, handler: ModelWrapValidatorHandler[RegistrationInput]) -> RegistrationInput:
        """Ask for a contact together with every other error, not after them."""
        values: Mapping[str, Any] = cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}
        wanting = not any(str(values.get(name) or "").strip() for name in ("email", "phone"))
        try:
            checked = handler(data)
        except ValidationError as error:
            details = [_again(each) for each in error.errors(include_url=False)]
            if wanting and isinstance(data, Mapping):
                details.append(InitErrorDetails(type=refuse("contact_missing"), loc=("email",), input=None))
            raise ValidationError.from_exception_data(cls.__name__, details) from error
        if wanting:
            details = [InitErrorDetails(type=refuse("contact_missing"), loc=("email",), input=None)]
            raise ValidationError.from_exception_data(cls.__name__, details)
        return checked


class SlotChoiceInput(Input):
    """The visiting time that somebody would rather have."""

    slot_id: uuid.UUID


class PartyInput(Input):
    """How many still come; left out where those who do not are named."""

    party_size: int | None = Field(None, ge=1, le=100)


class OwnDetailsInput(Input):
    """What people may correct of themselves; the contact stays, because their links are sent there."""

    name: PersonName
    institution: Line200 | None = None
    sign_language: bool = False
    wheelchair: bool = False
    access_needs: Text500 | None = None


class OwnEventsInput(Input):
    """Where the link to everything that is a person's is to be sent."""

    email: Email


class MemberInput(Input):
    """One of the others of a party. What it may hold is checked against the event's form, with the answers."""

    name: Annotated[str, StringConstraints(max_length=10_000)] = ""
    answers: dict[str, Any] = Field(default_factory=dict[str, Any], max_length=100)


class AnsweringInput(RegistrationInput):
    """A registration with answers to the event's own questions, as programs send it."""

    form_revision: int | None = Field(
        None, ge=0, description="The revision of the form that the person saw; left out: the current one."
    )
    guardian: GuardianInput | None = Field(
        None, description="The parent or guardian of a minor, where the event lets minors register. They are asked."
    )
    answers: dict[str, Any] = Field(
        default_factory=dict[str, Any],
        max_length=100,
        description="By question id: a text, a number, the id of a choice or a list of several, a date (ISO 8601), "
        "`true` for consent.",
        examples=[{"school": "SMP Negeri 6 Batam", "workshop": ["comic"]}],
    )
    members: list[MemberInput] = Field(
        default_factory=list["MemberInput"],
        max_length=100,
        description="The others of the party; needed where something is asked of each person.",
    )


class DateAnswersInput(Input):
    """Answers to what one date of a series asks."""

    form_revision: int | None = Field(
        None, ge=0, description="The revision of the form that the person saw; left out: the current one."
    )
    answers: dict[str, Any] = Field(default_factory=dict[str, Any], max_length=100, description="By question id.")
    members: list[MemberInput] = Field(default_factory=list["MemberInput"], max_length=100)


class DateExchangeInput(DateAnswersInput):
    """Another date of the same series, and the answers to what it asks."""

    event_id: uuid.UUID


class SeriesRegistrationInput(RegistrationInput):
    """A registration for all dates of a series, as programs send it."""

    guardian: GuardianInput | None = Field(
        None,
        description="The parent or guardian of a minor, where one of the dates lets minors register. They are asked "
        "once, for all dates.",
    )

    dates: dict[uuid.UUID, DateAnswersInput] = Field(
        default_factory=dict[uuid.UUID, DateAnswersInput],
        max_length=200,
        description="By event: the answers to what it asks. A date that asks and is not answered here is left out.",
    )


class CodeWordInput(Input):
    """A code word that was said or shown during the event."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), _spelt(typed.line_of)]


class PartnerAnswerInput(Input):
    """A partner's answer to the invitation."""

    answer: Literal["accepted", "tentative", "declined"]
    comment: Text500 | None = None


class DatesAnswerInput(PartnerAnswerInput):
    """A partner's answer to an invitation to several dates."""

    date: uuid.UUID | None = None


class NotJsonError(ValueError):
    """The body is no JSON text at all: bad syntax, bad encoding, or nested beyond reason."""


def _again(error: ErrorDetails) -> InitErrorDetails:
    """Return an error so that it can be raised a second time, its code and limits kept."""
    raised = PydanticCustomError(error["type"], "{type}", {**error.get("ctx", {}), "type": error["type"]})  # pyright: ignore[reportArgumentType] # pydantic wants a literal
    return InitErrorDetails(type=raised, loc=error["loc"], input=error["input"])


def parse(model: type[_Model], data: Mapping[str, Any]) -> _Model:
    """Return `data` as a checked `model`. Raises `Invalid` with every field's error, in the order of the fields."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise Invalid(field_errors(error, list(model.model_fields))) from error


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


def field_errors(error: ValidationError, order: list[str] | None = None) -> list[FieldError]:
    """Return pydantic's errors as ours: a field, a stable code, a message that can be translated."""
    found = [_field_error(each) for each in error.errors(include_url=False, include_input=False)]
    if order is not None:
        rank = {name: number for number, name in enumerate(order)}
        found.sort(key=lambda each: rank.get(each.field.split(".")[0], len(rank)))
    return found


def _field_error(error: ErrorDetails) -> FieldError:
    kind, context = error["type"], error.get("ctx", {})
    code = _CODES.get(kind, kind if kind in _MESSAGES else "invalid")
    limit = next(
        (context[name] for name in ("min_length", "max_length", "ge", "gt", "le", "lt") if name in context), None
    )
    if code == "too_short" and limit == 1:
        code = "missing"
    params = {"limit": limit} if "%(limit)s" in _MESSAGES[code] else {}
    return FieldError(".".join(str(part) for part in error["loc"]), code, _MESSAGES[code], params)
