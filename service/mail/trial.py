"""A test of an e-mail: sent at once to whoever writes it, and never tried again."""

from __future__ import annotations

import anyio.to_thread

from events.errors import N_, Conflict
from events.storage import new_id
from notifications.letters.rendering import Words
from notifications.transport import mime
from notifications.transport.mime import Mailbox
from notifications.transport.smtp import Outcome, Outgoing, SmtpMailer, Verdict
from service.clock import real_now
from service.wiring import Runtime


class TrialRefused(Conflict):
    """The mail server did not take a test."""

    default = N_("The mail server did not take the test: %(reply)s")


_SUBJECTS = {"id": "Uji coba: {}", "en": "Test: {}"}


async def try_out(runtime: Runtime, words: Words, *, locale: str, sender: str, to: str) -> Outcome:
    """Send `words`, which are in this language, as a test to one address; return what the mail server answered."""
    subject = _SUBJECTS["en" if locale == "en" else "id"].format(words.subject)
    return await anyio.to_thread.run_sync(lambda: _send(runtime, words, subject=subject, sender=sender, to=to))


def require_taken(outcome: Outcome) -> None:
    """Raise `TrialRefused` if the mail server did not take the test."""
    if outcome.verdict is not Verdict.ACCEPTED:
        raise TrialRefused(reply=outcome.reply[:200])


def _send(runtime: Runtime, words: Words, *, subject: str, sender: str, to: str) -> Outcome:
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
