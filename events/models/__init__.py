"""Columns and constraints of the core. Behaviour lives in the verb modules beside this package."""

from events.models.attendance import Attendance, Evidence
from events.models.authoring import (
    CommentKind,
    EventComment,
    EventReview,
    EventTemplate,
    Material,
    MaterialTime,
    PreviewLink,
    ReviewState,
    WorkingCopy,
)
from events.models.collaboration import (
    Contribution,
    ContributionItem,
    FilePurpose,
    PartnerContact,
    PartnerFile,
    PartnerReport,
    RecordingConsent,
    SeatAllotment,
)
from events.models.door import AgeGroup, Direction, DoorScan, HeadCount, Presence, ScanOutcome
from events.models.event import (
    AHEAD,
    Event,
    EventKind,
    EventMode,
    EventTag,
    PartyKind,
    ProgrammeItem,
    Stage,
    TagKind,
    Track,
)
from events.models.feed import CalendarFeed, FeedOf
from events.models.form import AnswerFile, FormRevision
from events.models.imports import RegistrationImport
from events.models.mail_rule import Anchor, Audience, MailRule
from events.models.organiser import Organiser, ReviewRule
from events.models.own_link import OwnEventsLink
from events.models.partner import (
    Participation,
    ParticipationRole,
    Partner,
    PartnerAnswer,
    PartnerKind,
    SeriesInvitation,
)
from events.models.recording import Recording, RecordingState
from events.models.registration import (
    ACTIVE_STATES,
    SEATED_STATES,
    PartyMember,
    Registration,
    RegistrationSource,
    RegistrationState,
    SeatHold,
)
from events.models.seating import Invitee, PoolPurpose, SeatPool, Slot
from events.models.series import Additions, Series, SeriesBooking

__all__ = [
    "ACTIVE_STATES",
    "AHEAD",
    "SEATED_STATES",
    "Additions",
    "AgeGroup",
    "Anchor",
    "AnswerFile",
    "Attendance",
    "Audience",
    "CalendarFeed",
    "CommentKind",
    "Contribution",
    "ContributionItem",
    "Direction",
    "DoorScan",
    "Event",
    "EventComment",
    "EventKind",
    "EventMode",
    "EventReview",
    "EventTag",
    "EventTemplate",
    "Evidence",
    "FeedOf",
    "FilePurpose",
    "FormRevision",
    "HeadCount",
    "Invitee",
    "MailRule",
    "Material",
    "MaterialTime",
    "Organiser",
    "OwnEventsLink",
    "Participation",
    "ParticipationRole",
    "Partner",
    "PartnerAnswer",
    "PartnerContact",
    "PartnerFile",
    "PartnerKind",
    "PartnerReport",
    "PartyKind",
    "PartyMember",
    "PoolPurpose",
    "Presence",
    "PreviewLink",
    "ProgrammeItem",
    "Recording",
    "RecordingConsent",
    "RecordingState",
    "Registration",
    "RegistrationImport",
    "RegistrationSource",
    "RegistrationState",
    "ReviewRule",
    "ReviewState",
    "ScanOutcome",
    "SeatAllotment",
    "SeatHold",
    "SeatPool",
    "Series",
    "SeriesBooking",
    "SeriesInvitation",
    "Slot",
    "Stage",
    "TagKind",
    "Track",
    "WorkingCopy",
]
