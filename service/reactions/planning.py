"""What is due later, brought in line with the event: the reactions that plan e-mails by rules, and late certificates.

They write rows only, like every reaction (`service.reactions.story`, which says what follows from what).
"""

from __future__ import annotations

from certificates import issuing
from certificates.facts import CertificateIssued
from events import facts
from events.facts import Fact
from notifications.facts import MailRulesChanged
from notifications.planning import reminders
from service.reactions.reacting import Context, Cursor, event_of


def plan_reminders(context: Context, fact: Fact, cursor: Cursor | None) -> Cursor | None:
    """Bring everybody's reminders in line with the time as it is now."""
    return reminders.plan(context.session, event_of(fact), now=context.now, cursor=cursor)


def follow_rules(context: Context, fact: MailRulesChanged, cursor: Cursor | None) -> Cursor | None:
    """Bring what is planned in line with rules that were changed, of one event or of everything that is not over."""
    if fact.event_id is not None:
        return reminders.plan(context.session, fact.event_id, now=context.now, cursor=cursor)
    return reminders.plan_all(context.session, fact.organiser_id, now=context.now, cursor=cursor)


def follow_edit(context: Context, fact: facts.EventEdited, cursor: Cursor | None) -> Cursor | None:
    """Plan anew where an event has moved online, or to a place, or others have attended: rules are for some of them."""
    if not {"mode", "attendance_rule"} & set(fact.fields):
        return None
    return plan_reminders(context, fact, cursor)


def certify_by_new_rule(context: Context, fact: facts.EventEdited, _cursor: Cursor | None) -> Cursor | None:
    """Issue what has been earned by a rule of attendance that changed after the certificates were planned."""
    if "attendance_rule" not in fact.fields:
        return None
    return {"more": True} if issuing.plan_late(context.session, event_of(fact), now=context.now) else None


def certify_by_report(context: Context, fact: facts.MeetingReportCounted, _cursor: Cursor | None) -> Cursor | None:
    """Issue what has been earned by what a meeting's report tells, where certificates were planned before it came."""
    return {"more": True} if issuing.plan_late(context.session, event_of(fact), now=context.now) else None


def plan_for_partner(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
    """Plan what the rules send to those who take part."""
    reminders.plan_partners(context.session, event_of(fact), now=context.now)


def plan_for_attendee(
    context: Context, fact: facts.AttendanceRecorded | CertificateIssued, _cursor: Cursor | None
) -> None:
    """Plan what the rules send to who attended, or has a certificate."""
    if fact.registration_id is not None:
        reminders.plan_for(context.session, fact.registration_id, now=context.now)


def certify_latecomer(context: Context, fact: facts.AttendanceRecorded, _cursor: Cursor | None) -> None:
    """Issue the certificate of somebody whose evidence came in after the others' were planned."""
    issuing.plan_for(context.session, fact.registration_id, now=context.now)
