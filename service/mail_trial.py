"""A test of an e-mail: sent at once to whoever writes it, and never tried again."""

from __future__ import annotations

from events.errors import N_, Conflict
from events.storage import new_id
from notifications import mime
from notifications.mime import Mailbox
from notifications.rendering import Words
from notifications.smtp import Outcome, Outgoing, SmtpMailer, Verdict
from service.clock import real_now
from service.wiring import Runtime


class TrialRefused(Conflict):
    """The mail server did not take a test."""

    default = N_("The mail server did not take the test: %(reply)s")


def send_trial(runtime: Runtime, words: Words, *, subject: str, sender: str, to: str) -> Outcome:
    """Send `words` to one address and return what the mail server answered. Waits for it: not for an event loop."""
    key, settings = new_id(), runtime.settings
    try:
        content = mime.assemble(
            mime.Message(
                id=f"{key}@{settings.mail_domain}",
                date=real_now(),
                sender=Mailbox(sender, settings.mail_from),
                to=Mailbox("", to),
                reply_to=None,
                subject=subject,
                text=words.text,
                html=words.html,
            )
        )
        message = Outgoing(key, mime.ascii_address(settings.mail_from), mime.ascii_address(to), content)
    except mime.BadAddress as error:
        return Outcome(key, Verdict.REFUSED, str(error))
    mailer = runtime.open_mailer()
    try:
        [outcome] = mailer.send([message])
    finally:
        if isinstance(mailer, SmtpMailer):
            mailer.close()
    return outcome
