"""What staff send us about people, houses, recordings, certificates and posts: checked once for pages and API alike."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from notifications.models.announcement import Segment
from notifications.planning.announcements import Written
from service.accounts.models import Role
from service.inputs.checking import AnsweringInput, Email, Input, Line200, PersonName, Phone, Text500
from service.inputs.types import LineInput, Link, Moment, ParagraphInput, StoryInput, Zone, one_line, several_lines


class AnswerInput(Input):
    """What a partner answered, as staff were told."""

    answer: Literal["needs-action", "accepted", "tentative", "declined"]


class StaffRegistrationInput(AnsweringInput):
    """A registration that staff take at the desk or on the phone."""

    locale: Literal["id", "en"] = "id"


class GuardianActInput(Input):
    """What staff do about a minor's guardian."""

    act: Literal["ask", "paper", "withdraw"] = Field(
        description="Ask again by e-mail; note a consent on paper; note that there is none, or none any more."
    )
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)] = Field(
        "", description="Of a paper: who signed, when, and where it is kept."
    )


class ErasureInput(Input):
    """Who is erased."""

    everywhere: bool = Field(
        False, description="Also every other registration under the same e-mail address or number."
    )
    person: int | None = Field(
        None, ge=0, le=1000, description="Only this one of the party; 0 is the contact. Left out: the whole party."
    )


class SubscriberErasureInput(Input):
    """Whose news end for good."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)] = Field(
        examples=["ani@example.org"]
    )


class AttendanceInput(Input):
    """How staff know that a person was there."""

    evidence: Literal["door", "staff"] = Field(description="Seen at the door, or marked afterwards.")


class RecordingLinkInput(Input):
    """A recording that already is on YouTube."""

    url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(one_line)] = Field(
        examples=["https://youtu.be/dQw4w9WgXcQ"]
    )
    title: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(one_line)
    ]
    agreed: bool = Field(
        False,
        description="Whoever spoke and has not said whether they may be recorded agreed in another way. Put on record.",
    )


TitleFont = Literal["Plus Jakarta Sans", "Bricolage Grotesque", "Archivo", "Fraunces", "Lora", "DM Serif Display"]
"""`events.brand.FONTS`, as the API names them."""


class BrandInput(Input):
    """The organiser's brand kit; what is left out has a sensible default."""

    primary: Annotated[str, StringConstraints(max_length=7)] = Field("#0f5c5c", examples=["#0f5c5c"])
    accent: Annotated[str, StringConstraints(max_length=7)] = "#f2a541"
    paper: Annotated[str, StringConstraints(max_length=7)] = "#fdfaf4"
    ink: Annotated[str, StringConstraints(max_length=7)] = "#1d2b2f"
    font: Literal["Plus Jakarta Sans", "Bricolage Grotesque", "Archivo", "Fraunces", "Lora", "DM Serif Display"] = (
        Field("Plus Jakarta Sans", description="What the titles of posters are set in.")
    )
    tone: Literal["formal", "warm", "young", "pantun"] = "warm"
    emoji: Literal["", "none", "few", "many"] = Field("", description="In posts; empty: as the tone has it.")
    quiet_from: int = Field(21, ge=0, le=23, description="The hour from which no post goes out, in the event's zone.")
    quiet_until: int = Field(7, ge=0, le=23, description="The hour from which posts go out again.")
    post_gap: int = Field(15, ge=1, le=720, description="Minutes between two posts on one channel.")
    hashtags: list[Line200] = Field(default_factory=list[str], max_length=10)
    tagline: LineInput | None = None
    address: LineInput | None = Field(None, description="Where the library is, as it stands below posts.")
    signatory_name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)
    ] = ""
    signatory_role: LineInput | None = None

    def stored(self, before: dict[str, Any]) -> dict[str, Any]:
        """Return the kit as tables keep it; the logos stay those of `before`."""
        kept = {name: before[name] for name in ("logo_key", "logo_dark_key") if name in before}
        return kept | self.model_dump(mode="json", exclude_none=True)


class AnnouncementInput(Input):
    """What staff say now to a part of an event's people, in the markup of e-mails with placeholders in braces."""

    segment: Segment = Field(Segment.CONFIRMED, description="Whom it is for.")
    slot_id: uuid.UUID | None = Field(None, description="Only those of this visiting time.")
    subject: LineInput
    body: StoryInput
    also_later: bool = Field(False, description="Who comes to be one of them later reads it on their own page, too.")

    def written(self) -> Written:
        """Return it as the core takes it."""
        return Written(
            segment=self.segment,
            slot_id=self.slot_id,
            subject=self.subject.stored(),
            body=self.body.stored(),
            also_later=self.also_later,
        )


class AnnouncementChangeInput(AnnouncementInput):
    """A draft's new words, and the version that they were written over."""

    version: int = Field(ge=1, le=1_000_000, description="What was seen; a newer one is a 409.")


class AnnouncementSendInput(Input):
    """Which version of a draft was looked at and is to be sent."""

    version: int = Field(ge=1, le=1_000_000)


class MailTextInput(Input):
    """Subject and text of an e-mail, in the markup of e-mails with placeholders in braces."""

    subject: Annotated[str, StringConstraints(max_length=150), AfterValidator(one_line)] = Field(
        examples=["Anda terdaftar: {judul}, {tanggal}"]
    )
    body: Annotated[str, StringConstraints(max_length=8000), AfterValidator(several_lines)] = Field(
        examples=["# Tempat Anda sudah pasti\n\n{kabar}\n\n{rincian}\n\n[Gabung]({tautan_masuk})\n\n{tautan_kelola}"]
    )


class MailTextSavedInput(MailTextInput):
    """A text to save."""

    seen: int | None = Field(None, ge=0, description="The `version` that the writer saw; another one now is a 412.")


class MailTextTriedInput(MailTextInput):
    """A text to look at or to test."""

    event: uuid.UUID | None = Field(None, description="To the first registrant or partner of it; else to an example.")


class SuppressionInput(Input):
    """An address whose owner wants no more mail."""

    address: Email
    why: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(one_line)
    ]
    organiser: uuid.UUID | None = Field(None, description="For who sees several organisers.")


class SuppressionEndInput(Input):
    """Why an address is written to again."""

    why: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(one_line)
    ]


class OrganiserInput(Input):
    """A library, or a branch of one, that holds events."""

    slug: Annotated[str, StringConstraints(max_length=60), AfterValidator(one_line)] = Field(examples=["batam"])
    name: LineInput
    timezone: Zone = "Asia/Jakarta"
    email: Email | None = None
    phone: Phone | None = None
    address: ParagraphInput | None = None
    website: Link | None = None
    parent: uuid.UUID | None = Field(None, description="The library whose branch it is; a branch has none itself.")


class TokenInput(Input):
    """A bearer token that acts for the person who makes it."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(one_line)
    ]
    scopes: list[Annotated[str, StringConstraints(max_length=40)]] = Field(min_length=1, max_length=40)
    expires_at: Moment | None = None


class InvitationInput(Input):
    """A colleague to invite."""

    email: Email
    role: Role


class ColleagueInput(Input):
    """What a colleague is there for from now on, and where; what is left out stays."""

    role: Role | None = None
    organiser: uuid.UUID | None = Field(None, description="The library or branch where they work.")


class CertificateNameInput(Input):
    """The right name for a certificate."""

    name: PersonName


class RevocationInput(Input):
    """Why a certificate is worth nothing any more; only staff see it."""

    reason: Text500


class InboundAnswerInput(Input):
    """The answer that staff read in a message; none: what the message says itself."""

    answer: Literal["accepted", "tentative", "declined"] | None = None


class InboundLinkInput(Input):
    """Which invitation a message is about."""

    participation_id: uuid.UUID


class PostMoveInput(Input):
    """When a post is to go out instead."""

    publish_at: Moment
    anyway: bool = Field(False, description="Also within an hour of another post on the channel.")
    version: int | None = Field(None, ge=1, le=1_000_000, description="What was seen; a newer one is a 409.")


class PostInput(Input):
    """A post's new text."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(several_lines)]
    alt_text: Annotated[str, StringConstraints(max_length=1500), AfterValidator(several_lines)] | None = None
    version: int | None = Field(None, ge=1, le=1_000_000, description="What was seen; a newer one is a 409.")
