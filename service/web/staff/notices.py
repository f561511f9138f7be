"""What is said at the top of a page after something worked.

Short codes in the address stand for the words, so that nobody can put words into our mouth.
"""

from __future__ import annotations

from events.errors import N_

NOTICES = {
    "drafted": N_("The draft is saved. Nobody sees it until you publish it."),
    "saved": N_("Your changes are saved."),
    "form": N_("The form is saved. Who registers from now on is asked these questions."),
    "discarded": N_("The draft was discarded."),
    "published": N_("The event is published. Announcements are being prepared."),
    "opened": N_("Registration is open."),
    "closed": N_("Registration is closed."),
    "rescheduled": N_("The event was moved. Everybody concerned is being told."),
    "postponed": N_("The event was postponed. Everybody concerned is being told."),
    "cancelled": N_("The event was cancelled. Everybody concerned is being told."),
    "series_made": N_("The dates are made, as drafts. Nobody sees them until you publish them."),
    "series_published": N_("The dates are published. Announcements are being prepared."),
    "series_changed": N_("The dates are changed. Everybody concerned is being told."),
    "series_called_off": N_("The dates are called off. Everybody concerned is being told."),
    "slots": N_("The visiting times were added."),
    "invited": N_("The partner was added. The invitation goes out once the event is published."),
    "withdrawn": N_("The partner was taken off the event."),
    "registered": N_("The person is registered and gets a confirmation by e-mail."),
    "waitlisted": N_("All seats are taken: the person is on the waiting list."),
    "registration_cancelled": N_("The registration was cancelled. The person is told by e-mail."),
    "marked": N_("Attendance is noted."),
    "unmarked": N_("The mark was taken back."),
    "received": N_("The recording is here. It is being uploaded to YouTube."),
    "linked": N_("The recording is on the event's page."),
    "removed": N_("The recording was taken off the event."),
    "retried": N_("It is being tried again."),
    "corrected": N_("The name was corrected. A new certificate is being issued."),
    "revoked": N_("The certificate was revoked."),
    "approved": N_("Approved. It goes out at its time."),
    "rejected": N_("Rejected. It will not go out."),
    "brand": N_("The brand is saved. Pages, posts and certificates follow it from now on."),
    "moved": N_("The person works there from now on, and signs in again."),
    "role": N_("The role was changed. The person signs in again."),
    "disabled": N_("This person can no longer sign in."),
    "enabled": N_("This person can sign in again."),
    "revoked_link": N_("The link no longer works."),
    "revoked_token": N_("The token no longer works."),
    "password": N_("Your password was changed. Other devices were signed out."),
    "welcome": N_("Welcome! You are signed in."),
    "signed_out": N_("You are signed out."),
    "organiser": N_("It is set up."),
}
