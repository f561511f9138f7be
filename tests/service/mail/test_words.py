"""What staff read about e-mails: nothing that can happen is without words."""

from __future__ import annotations

from notifications.mailing.mail_listing import Shown
from notifications.models.email import EmailKind
from notifications.transport.answers import Answer
from service.mail import words as mail_words


def test_every_kind_of_e_mail_has_words_of_its_own() -> None:
    assert set(mail_words.KINDS) == set(EmailKind)
    assert len(set(mail_words.KINDS.values())) == len(EmailKind)


def test_every_state_and_every_reason_has_words() -> None:
    assert set(mail_words.STATES) == set(Shown)
    # A session that takes no more mails is no reason of a mail: it goes over the next one.
    assert set(Answer) - {Answer.SESSION} <= {Answer(each) for each in mail_words.REASONS if each in set(Answer)}
