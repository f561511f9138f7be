"""E-mails that staff look at before people do: in a frame that runs nothing, and as a test to oneself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from litestar.response import Response
from markupsafe import Markup

from events.errors import N_
from notifications.letters.mail_texts import PHONE_SUBJECT
from notifications.letters.rendering import Words
from service.mail.trial import require_taken, try_out
from service.web.languages import translate
from service.web.staff.desk import Desk

FRAME = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}
"""A mail's HTML runs nothing, loads nothing and leads nowhere from within the frame."""

_ABOVE = Markup(
    '<div style="padding:12px 16px;border-bottom:1px solid #9aa3a1;background:#ffffff;color:#1d2b2f;'
    "font:400 14px/1.45 Roboto,'Segoe UI',Helvetica,Arial,sans-serif\">"
    '<strong style="display:block">{}</strong><span style="display:block">{}</span>{}</div>'
)
_NOTE = Markup('<span style="display:block;font-size:13px;color:#5d6667">{}</span>')
_BELOW = Markup(
    '<details style="padding:12px 16px;border-top:1px solid #9aa3a1;background:#ffffff;color:#1d2b2f;'
    "font:400 14px/1.45 Roboto,'Segoe UI',Helvetica,Arial,sans-serif\"><summary>{}</summary>"
    '<pre style="white-space:pre-wrap;overflow-wrap:anywhere;font:400 13px/1.5 monospace">{}</pre></details>'
)
_OPENING = re.compile(r"(<body[^>]*>)")


def framed(desk: Desk, words: Words, *, sender: str, notes: Sequence[str] = ()) -> Response[str]:
    """Answer with an e-mail for a frame: above it what a phone lists of it and `notes`, below it its plain text."""
    subject, below = words.subject, list(notes)
    if len(subject) > PHONE_SUBJECT:
        below.insert(0, translate(N_("The whole subject: %(subject)s"), desk.locale, subject=subject))
        subject = f"{subject[:PHONE_SUBJECT]}…"
    # Not Markup any more: added to it, the mail's own tag would be escaped.
    row = str(_ABOVE.format(sender, subject, Markup("").join(_NOTE.format(each) for each in below)))
    plain = _BELOW.format(
        translate(N_("The same in plain text, for programs that show no HTML"), desk.locale), words.text
    )
    page = _OPENING.sub(lambda body: body[1] + row, words.html, count=1).replace("</body>", f"{plain}</body>", 1)
    return Response(page, media_type="text/html; charset=utf-8", headers=FRAME)


async def send_test(desk: Desk, words: Words, *, locale: str, sender: str) -> str:
    """Send an e-mail to whoever asks, at once, and return their address.

    Raises `TrialRefused` with what the mail server answered. Leaves a row in the audit trail either way.
    """
    to = desk.identity.email
    outcome = await try_out(desk.runtime, words, locale=locale, sender=sender, to=to)
    await desk.hand_out()
    require_taken(outcome)
    return to
