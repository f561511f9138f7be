"""What a registration form and an API request have in common once they were read: refusals put where they belong."""

from __future__ import annotations

import uuid

from events.errors import N_, ChoiceFull, FieldError, FormReplaced, Invalid, NotFound
from events.questions import forms
from events.questions.answers import Answers, reads_alike
from events.questions.form_document import FormDocument
from events.storage import ReadSession


def refuse_other_wording(
    session: ReadSession, event_id: uuid.UUID, seen: int | None, asked: FormDocument, given: Answers
) -> None:
    """Raise `FormReplaced` where the form that the person saw asked something else than it asks now.

    `seen` is the revision that they were shown, None for one that makes no sense. A new wording needs a second look;
    an answer that reads the same in both stays an answer. No query where nothing changed.
    """
    if seen == given.revision:
        return
    if seen is None or seen < 0:
        raise FormReplaced
    try:
        before = forms.load(session, event_id, seen)
    except NotFound as error:
        raise FormReplaced from error
    if not reads_alike(before, asked, given.values):
        raise FormReplaced


def error_of_full_choice(refusal: ChoiceFull, answers: Answers) -> Invalid:
    """Return the refusal of a choice that has filled up as an error at its question."""
    pool_id = refusal.params.get("pool")
    at = next((place.field for place in answers.places if str(place.pool_id) == pool_id), "answers")
    return Invalid([FieldError(at, "full", N_("This choice is full. Please choose another one."))])
