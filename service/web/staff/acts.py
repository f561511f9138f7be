"""What staff did, in words, where no event's story tells it: acts that leave no fact, and facts about staff."""

from __future__ import annotations

from collections.abc import Mapping

from events.errors import N_
from service.accounts import audit
from service.accounts.permissions import Action

OF_STAFF: Mapping[str, str] = {
    "StaffInvited": N_("A one-time link was made for somebody."),
    "StaffInvitationRevoked": N_("A one-time link was taken back."),
    "StaffJoined": N_("Somebody joined the staff."),
    "StaffSignedIn": N_("Signed in."),
    "StaffPasswordChanged": N_("The own password was changed."),
    "StaffRoleChanged": N_("A colleague was given another role: %(role)s."),
    "StaffMoved": N_("A colleague was moved to another library or branch."),
    "StaffDisabled": N_("A colleague was shut out."),
    "StaffEnabled": N_("A colleague was let in again."),
    "SecondFactorAdded": N_("A second factor was set up: %(kind)s."),
    "SecondFactorRemoved": N_("A second factor was taken away: %(kind)s."),
    "SecondFactorReset": N_("The second factor of a colleague who lost theirs was taken away."),
    "SecondFactorRuled": N_("It was decided whether the staff need a second factor."),
    "ApiTokenMade": N_("A token of the API was made."),
    "ApiTokenRevoked": N_("A token of the API was ended."),
}
"""Sentences for the facts of `service.accounts.facts`."""

FACTORS: Mapping[str, str] = {
    "authenticator": N_("authenticator app"),
    "passkey": N_("passkey"),
    "recovery_codes": N_("recovery codes"),
}

ACTIONS: Mapping[str, str] = {
    audit.SIGN_IN: N_("Signed in."),
    audit.SIGN_IN_FAILED: N_("Somebody failed to sign in."),
    audit.SIGN_OUT: N_("Signed out."),
    Action.OWN_ACCOUNT: N_("The own account was changed."),
    Action.VIEW_EVENTS: N_("An event was worked on."),
    Action.EDIT_EVENTS: N_("An event was edited."),
    Action.APPROVE_EVENTS: N_("A draft was approved, or sent back with a comment."),
    Action.COMMENT_EVENTS: N_("A comment was written about an event."),
    Action.PUBLISH_EVENTS: N_("An event was published, or its registration opened or closed."),
    Action.MOVE_EVENTS: N_("An event was moved or cancelled."),
    Action.VIEW_REGISTRATIONS: N_("Registrations were worked on."),
    Action.EDIT_REGISTRATIONS: N_("A registration was changed."),
    Action.EXPORT_REGISTRATIONS: N_("People's data was downloaded."),
    Action.ERASE_PEOPLE: N_("A person was erased at their wish."),
    Action.MARK_ATTENDANCE: N_("Attendance was noted."),
    Action.EDIT_RECORDING: N_("A recording was changed."),
    Action.VIEW_CERTIFICATES: N_("Certificates were worked on."),
    Action.EDIT_CERTIFICATES: N_("A certificate was changed."),
    Action.VIEW_POSTS: N_("Posts were worked on."),
    Action.EDIT_POSTS: N_("A post was edited."),
    Action.APPROVE_POSTS: N_("A post was approved or rejected."),
    Action.VIEW_QUEUE: N_("Work in progress was looked after."),
    Action.RETRY_WORK: N_("Failed work was tried again."),
    Action.VIEW_MAILBOX: N_("The mailbox was worked on."),
    Action.EDIT_NEWS: N_("The news by e-mail was changed or tried out."),
    Action.EDIT_BRAND: N_("A library or its brand was changed."),
    Action.MANAGE_STAFF: N_("The staff was changed."),
    Action.MANAGE_TOKENS: N_("The tokens of the API were changed."),
    Action.VIEW_AUDIT: N_("The audit trail was worked on."),
}
"""What an act of this kind is called where it leaves no fact."""


def sentence_of(action: str) -> str:
    """Return the gettext id of what an act is called."""
    return ACTIONS.get(action) or N_("Something was done.")
