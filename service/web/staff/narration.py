"""The story of an event in words, from its facts: one sentence a fact, a run of alike ones told as one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.days import dates
from events.errors import N_
from events.outbox import FactRow
from service.web.languages import translate
from service.web.staff.acts import FACTORS, OF_STAFF


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the timeline; `tone` is ``good``, ``bad`` or empty."""

    at: datetime
    sentence: str
    who: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    one: str
    many: str | None = None
    tone: str = ""


_LINES: Mapping[str, _Line] = {
    "EventDrafted": _Line(N_("The event was drafted.")),
    "EventEdited": _Line(N_("Changed: %(fields)s.")),
    "EventSubmitted": _Line(N_("Approval was asked for.")),
    "EventReturned": _Line(N_("The event was returned with a comment."), tone="bad"),
    "EventApproved": _Line(N_("The event was approved."), tone="good"),
    "ReviewRuleChanged": _Line(N_("It was changed whose events need approval.")),
    "PreviewLinkMade": _Line(N_("A link for a preview was made.")),
    "PreviewLinkRevoked": _Line(N_("A link for a preview was revoked.")),
    "MaterialAdded": _Line(N_("Material was laid out for the participants."), N_("%(count)s materials were laid out.")),
    "MaterialRemoved": _Line(N_("Material was taken away.")),
    "EventPublished": _Line(N_("The event was published."), tone="good"),
    "RegistrationOpened": _Line(N_("Registration was opened."), tone="good"),
    "RegistrationClosed": _Line(N_("Registration was closed.")),
    "EventStarted": _Line(N_("The event began."), tone="good"),
    "EventEnded": _Line(N_("The event ended."), tone="good"),
    "EventArchived": _Line(N_("The event was archived.")),
    "EventRescheduled": _Line(N_("The event was moved from %(before)s to %(after)s."), tone="bad"),
    "EventPostponed": _Line(N_("The event was postponed."), tone="bad"),
    "EventCancelled": _Line(N_("The event was cancelled."), tone="bad"),
    "JoinLinkChanged": _Line(N_("The meeting's link was changed. Everybody's own link leads to the new one.")),
    "SlotsAdded": _Line(N_("%(count)s visiting times were added.")),
    "CapacityChanged": _Line(N_("The number of seats was changed to %(capacity)s.")),
    "RegistrationsImported": _Line(N_("A list of %(people)s people was brought in.")),
    "FormChanged": _Line(N_("The registration form was changed: it has %(questions)s questions of its own.")),
    "AnswersRemoved": _Line(N_("Answers of %(people)s people were removed: their time was over.")),
    "SeatsRanLow": _Line(N_("Few seats were left: %(left)s."), tone="good"),
    "AttendeeRegistered": _Line(N_("Somebody registered."), N_("%(count)s people registered.")),
    "WalkInRegistered": _Line(
        N_("Somebody came unregistered and was given a seat."), N_("%(count)s walk-ins were given a seat.")
    ),
    "KioskOpened": _Line(N_("A kiosk was opened at the entrance.")),
    "KioskClosed": _Line(N_("A kiosk at the entrance was ended.")),
    "SeatOffered": _Line(
        N_("A freed seat was offered to somebody who waits."), N_("%(count)s freed seats were offered to who waits.")
    ),
    "OfferAccepted": _Line(N_("Somebody took the seat they were offered."), N_("%(count)s offered seats were taken.")),
    "OfferExpired": _Line(N_("An offered seat was not taken in time."), N_("%(count)s offers ran out.")),
    "RegistrationCancelled": _Line(N_("A registration was cancelled."), N_("%(count)s registrations were cancelled.")),
    "RegistrationApproved": _Line(
        N_("A registration was approved."), N_("%(count)s registrations were approved."), "good"
    ),
    "RegistrationDeclined": _Line(N_("A registration was declined."), N_("%(count)s registrations were declined.")),
    "DecisionUndone": _Line(N_("A decision about a registration was undone.")),
    "OfferExtended": _Line(N_("Somebody was given more time to take a seat.")),
    "WaitlistReordered": _Line(N_("The order of the waitlist was changed by hand.")),
    "WaitingEnded": _Line(
        N_("It began while somebody still waited for a seat; they were told."),
        N_("It began while %(count)s parties still waited for seats; they were told."),
    ),
    "SeatsReserved": _Line(N_("Seats kept for invitees: %(count)s.")),
    "InviteesAdded": _Line(N_("%(count)s people were put on the list of invitees.")),
    "InviteeRemoved": _Line(N_("Somebody was taken off the list of invitees.")),
    "RegistrationRulesChanged": _Line(N_("It was changed how people get in: %(fields)s.")),
    "PoolShared": _Line(N_("%(slots)s visiting times share their seats now.")),
    "PersonErased": _Line(N_("What said who a registration belonged to was erased at the person’s wish.")),
    "LinksRevoked": _Line(
        N_("Somebody's personal links were replaced."), N_("The personal links of %(count)s people were replaced.")
    ),
    "GuardianConsented": _Line(N_("A guardian gave their consent."), N_("%(count)s guardians gave their consent.")),
    "GuardianRefused": _Line(N_("A guardian did not consent."), N_("%(count)s guardians did not consent.")),
    "GuardianAsked": _Line(N_("A guardian was asked once more."), N_("%(count)s guardians were asked once more.")),
    "GuardianSilent": _Line(
        N_("A guardian did not answer in time."), N_("%(count)s guardians did not answer in time.")
    ),
    "VisitMoved": _Line(
        N_("Somebody exchanged their visiting time."), N_("%(count)s people exchanged their visiting time.")
    ),
    "DateExchanged": _Line(
        N_("Somebody exchanged another date of the series for this one."),
        N_("%(count)s people exchanged another date of the series for this one."),
    ),
    "PartyShrunk": _Line(N_("Somebody comes with fewer people."), N_("%(count)s parties come with fewer people.")),
    "AnswersEdited": _Line(N_("Somebody changed their answers."), N_("%(count)s people changed their answers.")),
    "OwnEventsAsked": _Line(
        N_("Somebody asked for the link to their events."), N_("%(count)s people asked for the link to their events.")
    ),
    "AttendanceRecorded": _Line(N_("Somebody's attendance was noted."), N_("Attendance was noted %(count)s times.")),
    "MeetingReportCounted": _Line(N_("%(people)s people were counted from the meeting's report."), tone="good"),
    "MeetingReportTakenBack": _Line(N_("A report of the meeting was taken back.")),
    "AttendanceWithdrawn": _Line(N_("A mark of attendance was taken back.")),
    "SeriesCreated": _Line(N_("A series of %(dates)s dates was made.")),
    "SeriesExtended": _Line(N_("%(dates)s dates were added to the series.")),
    "SeriesEdited": _Line(N_("Changed for %(dates)s dates of the series: %(fields)s.")),
    "SeriesSplit": _Line(N_("From here on it is another series, with %(dates)s dates.")),
    "SeriesCalledOff": _Line(N_("%(dates)s dates of the series were called off."), tone="bad"),
    "SeriesBooked": _Line(
        N_("Somebody registered for the whole series."), N_("%(count)s people registered for the whole series.")
    ),
    "PartnerInvited": _Line(N_("A partner was invited."), N_("%(count)s partners were invited.")),
    "PartnerWithdrawn": _Line(N_("A partner was taken off the event.")),
    "PartnerAnswered": _Line(N_("A partner answered: %(answer)s.")),
    "PartnerProposalDeclined": _Line(N_("A partner was told that the time they proposed is not possible.")),
    "InboundWaits": _Line(N_("An e-mail came in that somebody has to read.")),
    "InboundDecided": _Line(N_("An e-mail that had come in was dealt with.")),
    "AddressSuppressed": _Line(
        N_("An address is no longer written to."), N_("%(count)s addresses are no longer written to."), "bad"
    ),
    "NewsAsked": _Line(N_("Somebody asked for the news."), N_("%(count)s people asked for the news.")),
    "NewsConfirmed": _Line(N_("Somebody agreed to the news."), N_("%(count)s people agreed to the news."), "good"),
    "NewsEnded": _Line(N_("A subscription to the news ended."), N_("%(count)s subscriptions to the news ended.")),
    "NewsScheduled": _Line(N_("It was changed when the news goes out.")),
    "NewsIssued": _Line(N_("The week's news is on its way to %(count)s people.")),
    "SuppressionLifted": _Line(N_("An address is written to again."), N_("%(count)s addresses are written to again.")),
    "BounceReceived": _Line(N_("A notice of non-delivery came in."), N_("%(count)s notices of non-delivery came in.")),
    "ComplaintReceived": _Line(N_("Somebody called an e-mail spam."), tone="bad"),
    "UnsubscribeReceived": _Line(
        N_("Somebody asked by mail for no more news."), N_("%(count)s people asked by mail for no more news.")
    ),
    "RefreshAsked": _Line(N_("A partner's calendar asked for the invitation again.")),
    "PartnerOpened": _Line(N_("A partner opened the invitation."), N_("%(count)s partners opened the invitation.")),
    "PartnerReminded": _Line(
        N_("A partner was reminded to answer."), N_("%(count)s partners were reminded to answer.")
    ),
    "PartnerEdited": _Line(N_("A partner’s record was changed.")),
    "PartnerForgotten": _Line(N_("A former partner’s personal data were removed.")),
    "SeatsAllotted": _Line(N_("%(seats)s seats were given to a partner to fill.")),
    "AllotmentReleased": _Line(N_("%(count)s seats that a partner had not filled went to everybody.")),
    "ContributionsAsked": _Line(N_("A partner was asked to send something in.")),
    "ContributionGiven": _Line(N_("A partner sent something in.")),
    "ContributionAccepted": _Line(N_("Something that a partner sent was taken over."), tone="good"),
    "RecordingConsentGiven": _Line(N_("A partner said whether they may be recorded.")),
    "RecordingConsentVouched": _Line(N_("It was confirmed that all speakers agreed to the recording in another way.")),
    "PartnerReported": _Line(N_("A partner told how it was.")),
    "RecordingReceived": _Line(N_("The recording was handed in (%(megabytes)s MB).")),
    "RecordingPublished": _Line(N_("The recording is on YouTube."), tone="good"),
    "RecordingFailed": _Line(N_("The recording could not be uploaded: %(reason)s."), tone="bad"),
    "RecordingRemoved": _Line(N_("The recording was taken off the event.")),
    "CertificateIssued": _Line(N_("A certificate was issued."), N_("%(count)s certificates were issued."), "good"),
    "CertificateReplaced": _Line(N_("A name on a certificate was corrected.")),
    "CertificateRevoked": _Line(N_("A certificate was revoked."), tone="bad"),
    "CertificateFailed": _Line(
        N_("A certificate could not be made."), N_("%(count)s certificates could not be made."), "bad"
    ),
    "CertificateTrackClosed": _Line(N_("Everybody who earned a certificate has it (%(issued)s)."), tone="good"),
    "SurveyOpened": _Line(N_("The survey was opened.")),
    "SurveyClosed": _Line(N_("The survey was closed.")),
    "RecipientsQueued": _Line(N_("%(count)s people are being told by e-mail.")),
    "TextFailed": _Line(
        N_("A text message could not be sent."), N_("%(count)s text messages could not be sent."), "bad"
    ),
    "TextTold": _Line(
        N_("Somebody without an e-mail address was told by hand."),
        N_("%(count)s people without an e-mail address were told by hand."),
    ),
    "TextsAgreed": _Line(N_("Somebody wants text messages."), N_("%(count)s people want text messages.")),
    "TextsStopped": _Line(
        N_("Somebody wants no more text messages."), N_("%(count)s people want no more text messages.")
    ),
    "MailRulesChanged": _Line(N_("The rules by which e-mails are sent were changed.")),
    "AnnouncementSent": _Line(N_("A message was sent: %(ways)s."), tone="good"),
    "EmailFailed": _Line(N_("An e-mail could not be sent."), N_("%(count)s e-mails could not be sent."), "bad"),
    "EmailBounced": _Line(N_("An e-mail came back."), N_("%(count)s e-mails came back."), "bad"),
    "EmailResent": _Line(N_("An e-mail was sent once more."), N_("%(count)s e-mails were sent once more.")),
    "EmailHeld": _Line(N_("An e-mail is held back."), N_("%(count)s e-mails are held back.")),
    "EmailReleased": _Line(N_("An e-mail was released."), N_("%(count)s e-mails were released.")),
    "MailHeld": _Line(N_("All e-mails are held back.")),
    "MailReleased": _Line(N_("All e-mails that were held back were released.")),
    "PostDrafted": _Line(N_("A post was drafted."), N_("%(count)s posts were drafted.")),
    "PostRewritten": _Line(
        N_("A post was rewritten, because the event had changed."), N_("%(count)s posts were rewritten.")
    ),
    "PostApproved": _Line(N_("A post was approved."), N_("%(count)s posts were approved.")),
    "PostMoved": _Line(N_("A post was moved to another time."), N_("%(count)s posts were moved to other times.")),
    "PostPublished": _Line(N_("A post went out on %(channel)s."), N_("%(count)s posts went out."), "good"),
    "PostWithdrawn": _Line(N_("A post was withdrawn."), N_("%(count)s posts were withdrawn.")),
    "ChannelConnected": _Line(N_("An account was connected: %(channel)s.")),
    "ChannelDisconnected": _Line(N_("An account was disconnected: %(channel)s.")),
    "ChannelConnectionDied": _Line(N_("An account has to be connected again: %(channel)s."), tone="bad"),
    "PostFailed": _Line(N_("A post could not be published."), N_("%(count)s posts could not be published."), "bad"),
}
_OTHER = _Line(N_("Something else happened: %(name)s."))

_FIELDS = {
    "title": N_("title"),
    "summary": N_("summary"),
    "description": N_("description"),
    "audience": N_("audience"),
    "audiences": N_("audience to filter by"),
    "topics": N_("topics"),
    "venue": N_("place"),
    "mode": N_("way of meeting"),
    "join_url": N_("meeting link"),
    "starts_at": N_("start"),
    "ends_at": N_("end"),
    "registration_opens_at": N_("opening of registration"),
    "registration_closes_at": N_("closing of registration"),
    "waitlist": N_("waiting list"),
    "offer_hours": N_("hours of an offer"),
    "max_party_size": N_("people per registration"),
    "start_code": N_("start code word"),
    "end_code": N_("end code word"),
    "attendance_rule": N_("attendance rule"),
    "certificate": N_("certificate"),
    "survey_url": N_("survey"),
    "programme": N_("programme"),
    "capacity": N_("seats"),
    "times": N_("time"),
    "approval": N_("approval"),
    "guardian_consent": N_("minors with a guardian's consent"),
    "party_kind": N_("what a group is called"),
    "no_show_percent": N_("how many are expected not to come"),
}
_ROLES = {
    "owner": N_("Owner"),
    "editor": N_("Editor"),
    "approver": N_("Approver"),
    "door": N_("At the door"),
    "viewer": N_("Viewer"),
}
_ANSWERS = {
    "accepted": N_("accepted"),
    "declined": N_("declined"),
    "tentative": N_("not sure yet"),
    "needs-action": N_("no answer yet"),
}
_WHO = {
    "clock": N_("by the clock"),
    "worker": N_("by the system"),
    "person": N_("by the person"),
    "kiosk": N_("at a kiosk"),
    "subscriber": N_("by who gets the news"),
    "partner": N_("by the partner"),
    "staff": N_("by staff"),
    "installation": N_("by the installation"),
}


def staff_ids(rows: Iterable[FactRow]) -> list[uuid.UUID]:
    """Return whose names the story needs."""
    return ids_of(row.by for row in rows)


def ids_of(done_by: Iterable[str]) -> list[uuid.UUID]:
    """Return the staff among those who did something, as facts name them."""
    found: set[uuid.UUID] = set()
    for by in done_by:
        kind, _, key = by.partition(":")
        if kind == "staff":
            try:
                found.add(uuid.UUID(key))
            except ValueError:
                continue
    return sorted(found)


def tell(rows: Sequence[FactRow], *, locale: str, timezone: str, names: Mapping[uuid.UUID, str]) -> list[Told]:
    """Return the story, the latest first. Runs of alike facts by the same kind of hand become one line."""
    told: list[Told] = []
    run: list[FactRow] = []
    for row in rows:
        if run and (row.name != run[0].name or _kind(row.by) != _kind(run[0].by) or not _line(row.name).many):
            told.append(_told(run, locale, timezone, names))
            run = []
        run.append(row)
    if run:
        told.append(_told(run, locale, timezone, names))
    told.reverse()
    return told


def _told(run: Sequence[FactRow], locale: str, timezone: str, names: Mapping[uuid.UUID, str]) -> Told:
    last = run[-1]
    line = _line(last.name)
    if len(run) > 1 and line.many:
        sentence = translate(line.many, locale, count=len(run))
    else:
        sentence = translate(line.one, locale, **_params(last, locale, timezone))
    return Told(last.recorded_at, sentence, _who(last.by, locale, names), line.tone)


def _line(name: str) -> _Line:
    if name in OF_STAFF:
        return _Line(OF_STAFF[name])
    return _LINES.get(name, _OTHER)


def _params(row: FactRow, locale: str, timezone: str) -> dict[str, Any]:
    """Return what fills a sentence's places, said in the reader's language."""
    make = _MAKERS.get(row.name)
    if make is not None:
        return make(row.payload, locale, timezone)
    return {"name": row.name} if _line(row.name) is _OTHER else dict(row.payload)


def _moved(payload: Mapping[str, Any], locale: str, timezone: str) -> dict[str, Any]:
    moments = {name: datetime.fromisoformat(payload[name]) for name in _TIMES}
    return {
        "before": dates.format_when(moments["old_starts_at"], moments["old_ends_at"], timezone, locale),
        "after": dates.format_when(moments["starts_at"], moments["ends_at"], timezone, locale),
    }


_TIMES = ("old_starts_at", "old_ends_at", "starts_at", "ends_at")


def _names(payload: Mapping[str, Any]) -> list[str]:
    fields: list[str] = payload["fields"]
    return fields


def _edited(payload: Mapping[str, Any], locale: str, _timezone: str) -> dict[str, Any]:
    said = ", ".join(translate(_FIELDS.get(name) or name, locale) for name in _names(payload))
    return {**payload, "fields": said}


def _answered(payload: Mapping[str, Any], locale: str, _timezone: str) -> dict[str, Any]:
    return {"answer": translate(_ANSWERS.get(payload["answer"]) or "", locale)}


def _resized(payload: Mapping[str, Any], locale: str, _timezone: str) -> dict[str, Any]:
    return {"capacity": payload["capacity"] or translate(N_("unlimited"), locale)}


def _received(payload: Mapping[str, Any], _locale: str, _timezone: str) -> dict[str, Any]:
    return {"megabytes": max(1, round(payload["size"] / 1_000_000))}


def _locked(payload: Mapping[str, Any], locale: str, _timezone: str) -> dict[str, Any]:
    return {"kind": translate(FACTORS.get(payload["kind"]) or "", locale)}


def _announced(payload: Mapping[str, Any], locale: str, _timezone: str) -> dict[str, Any]:
    # Facts that were recorded before chats were counted have e-mails only.
    said = [translate(way, locale, count=payload[name]) for name, way in _WAYS.items() if payload.get(name)]
    return {"ways": ", ".join(said) or translate(N_("nobody could be reached yet"), locale)}


_WAYS = {
    "count": N_("%(count)s by e-mail"),
    "texted": N_("%(count)s by WhatsApp or Telegram"),
    "by_phone": N_("%(count)s to tell by hand"),
}


def _promoted(payload: Mapping[str, Any], locale: str, _timezone: str) -> dict[str, Any]:
    return {"role": translate(_ROLES.get(payload["role"]) or "", locale)}


_MAKERS: Mapping[str, Callable[[Mapping[str, Any], str, str], dict[str, Any]]] = {
    "EventRescheduled": _moved,
    "EventEdited": _edited,
    "SeriesEdited": _edited,
    "RegistrationRulesChanged": _edited,
    "StaffRoleChanged": _promoted,
    "AnnouncementSent": _announced,
    "PartnerAnswered": _answered,
    "CapacityChanged": _resized,
    "RecordingReceived": _received,
    "SecondFactorAdded": _locked,
    "SecondFactorRemoved": _locked,
}


def people_of(written_by: Iterable[str], names: Mapping[uuid.UUID, str], locale: str) -> dict[str, str]:
    """Return how to call each of those who did something, by how facts name them."""
    return {by: _who(by, locale, names) for by in written_by}


def _kind(by: str) -> str:
    return by.partition(":")[0]


def _who(by: str, locale: str, names: Mapping[uuid.UUID, str]) -> str:
    kind, _, key = by.partition(":")
    if kind == "staff":
        try:
            name = names.get(uuid.UUID(key))
        except ValueError:
            name = None
        if name is not None:
            return name
    return translate(_WHO.get(kind, kind), locale)
