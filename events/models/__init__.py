"""Columns and constraints of the core. Behaviour lives in the verb modules beside this package."""

from events.models.attendance import Attendance, Evidence
from events.models.event import Event, EventKind, EventMode, ProgrammeItem, Stage, Track
from events.models.organiser import Organiser
from events.models.partner import Participation, ParticipationRole, Partner, PartnerAnswer, PartnerKind
from events.models.recording import Recording, RecordingState
from events.models.registration import ACTIVE_STATES, SEATED_STATES, Registration, RegistrationState
from events.models.seating import SeatPool, Slot

__all__ = [
    "ACTIVE_STATES",
    "SEATED_STATES",
    "Attendance",
    "Event",
    "EventKind",
    "EventMode",
    "Evidence",
    "Organiser",
    "Participation",
    "ParticipationRole",
    "Partner",
    "PartnerAnswer",
    "PartnerKind",
    "ProgrammeItem",
    "Recording",
    "RecordingState",
    "Registration",
    "RegistrationState",
    "SeatPool",
    "Slot",
    "Stage",
    "Track",
]
