"""What people change by their own link: the visiting time, who comes along, what they answered.

GET shows, POST acts. Every page works without JavaScript, keeps what was typed and says each error at its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from events.catalogue import listing
from events.errors import ChoiceFull, Conflict, FieldError, Invalid
from events.links import MANAGE
from events.models import ACTIVE_STATES, AnswerFile, Stage
from events.pages.personal_pages import RegistrationPage
from events.questions.answers import NO_ANSWERS, Answers, check_answers
from events.questions.form_document import Answer, QuestionKind
from events.questions.form_rules import AGREED
from events.questions.party_names import doubles
from events.registrations import changing
from events.registrations.changing import NewAnswers
from events.registrations.own_answers import OwnAnswers, own_answers
from service.answering import error_of_full_choice
from service.inputs.checking import OwnDetailsInput, PartyInput, SlotChoiceInput
from service.limiting import limits_of
from service.web.answer_uploads import MAX_BYTES as MAX_FORM_BYTES
from service.web.answer_uploads import Received, read_answers
from service.web.answering import Questions, answers_in, members_in
from service.web.forms import MAX_BYTES, Form, read_form, whole
from service.web.manage import open_link
from service.web.pages import Request, pages_of
from service.wiring import Runtime


@dataclass(frozen=True, slots=True)
class _Own:
    """Somebody's place, opened by their link."""

    request: Request
    runtime: Runtime
    token: str
    place: RegistrationPage

    @property
    def by(self) -> str:
        """How facts name this person."""
        return f"person:{self.place.id}"

    def show(self, template: str, form: Form, status_code: int = HTTP_200_OK, **context: Any) -> Response[str]:
        """Return one of the pages on which a place is changed."""
        return pages_of(self.request).page(
            self.request,
            template,
            status_code=status_code,
            house=self.place.house,
            personal=True,
            reader_locale=self.place.locale,
            place=self.place,
            token=self.token,
            form=form,
            now=self.runtime.clock.now(),
            **context,
        )

    @property
    def holds_something(self) -> bool:
        """Whether there is a place to change; whoever gave it back is not asked to fill in a form first."""
        return self.place.state in ACTIVE_STATES and self.place.stage is not Stage.CANCELLED

    def home(self) -> Redirect:
        """Lead to the person's own page, which says why there is nothing to change."""
        headers = {"Cache-Control": "no-store"}
        return Redirect(f"/r/{self.token}", status_code=HTTP_303_SEE_OTHER, headers=headers)

    def back(self, *, quiet: bool = False) -> Redirect:
        """Lead to the person's own page; what others see of the seats is read anew.

        The page says so where the person is not written to about it (`quiet`).
        """
        pages_of(self.request).recent.forget()
        headers = {"Cache-Control": "no-store"}
        query = "?changed=1&quiet=1" if quiet else "?changed=1"
        return Redirect(f"/r/{self.token}{query}", status_code=HTTP_303_SEE_OTHER, headers=headers)


async def _open(request: Request, runtime: Runtime, token: str) -> _Own:
    return _Own(request, runtime, token, await open_link(runtime, MANAGE, token))


# ---------------------------------------------------------------- another time
@get("/r/{token:str}/move")
async def choose_time(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Show the visiting times that the person can exchange theirs for."""
    own = await _open(request, runtime, token)
    return await _times(own, Form()) if own.holds_something else own.home()


@post("/r/{token:str}/move", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def exchange_time(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Exchange the visiting time; where the new one has no room, the old one stays."""
    own = await _open(request, runtime, token)
    form = await read_form(request)
    now = runtime.clock.now()
    try:
        slot_id = form.check(SlotChoiceInput).slot_id
        quiet = await limits_of(request).is_mail_left_out(own.place.email)
        await runtime.database.awrite(
            lambda session: changing.move_to_slot(session, own.place.id, slot_id, now=now, by=own.by, quiet=quiet),
            seats_of=[own.place.event_id],
        )
    except Invalid as refusal:
        return await _times(own, form.with_errors(refusal.errors), HTTP_422_UNPROCESSABLE_ENTITY)
    except Conflict as refusal:
        error = FieldError("slot_id", refusal.code, refusal.message, refusal.params)
        return await _times(own, form.with_errors([error]), HTTP_409_CONFLICT)
    return own.back(quiet=quiet)


async def _times(own: _Own, form: Form, status_code: int = HTTP_200_OK) -> Response[str]:
    place = own.place
    event = await own.runtime.database.aread(
        lambda session: listing.event_page(session, place.house.slug, place.event_slug)
    )
    return own.show("change_time.html", form, status_code, event=event)


# ---------------------------------------------------------------- fewer people
@get("/r/{token:str}/party")
async def ask_who_comes(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Ask who of the party does not come."""
    own = await _open(request, runtime, token)
    return await _party(own, Form()) if own.holds_something else own.home()


@post("/r/{token:str}/party", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_BYTES)
async def bring_fewer(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Give back the seats of those who do not come."""
    own = await _open(request, runtime, token)
    form = await read_form(request)
    now = runtime.clock.now()
    try:
        given = form.check(PartyInput)
        absent = [person for each in form.all("absent") if (person := whole(each)) is not None]
        size = own.place.party_size - len(absent) if absent else given.party_size or own.place.party_size
        await runtime.database.awrite(
            lambda session: changing.bring_fewer(session, own.place.id, size, absent=absent, now=now, by=own.by),
            seats_of=[own.place.event_id],
        )
    except Invalid as refusal:
        return await _party(own, form.with_errors(refusal.errors), HTTP_422_UNPROCESSABLE_ENTITY)
    except Conflict as refusal:
        error = FieldError("party_size", refusal.code, refusal.message, refusal.params)
        return await _party(own, form.with_errors([error]), HTTP_409_CONFLICT)
    return own.back()


async def _party(own: _Own, form: Form, status_code: int = HTTP_200_OK) -> Response[str]:
    found = await own.runtime.database.aread(lambda session: own_answers(session, own.place.id))
    return own.show("change_party.html", form, status_code, members=[name for name, _ in found.members])


# ---------------------------------------------------------------- other answers
@get("/r/{token:str}/answers")
async def show_answers(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Show what the person answered, to be changed."""
    own = await _open(request, runtime, token)
    if not own.holds_something:
        return own.home()
    found = await runtime.database.aread(lambda session: own_answers(session, own.place.id))
    return _answers_page(own, found, _filled(found))


@post("/r/{token:str}/answers", status_code=HTTP_303_SEE_OTHER, request_max_body_size=MAX_FORM_BYTES)
async def change_answers(request: Request, runtime: NamedDependency[Runtime], token: FromPath[str]) -> Response[Any]:
    """Keep the new answers, or show the form again with everything that is wrong."""
    own = await _open(request, runtime, token)
    found = await runtime.database.aread(lambda session: own_answers(session, own.place.id))
    received = await read_answers(request, runtime, own.place.event_id, found.asked)
    now = runtime.clock.now()
    answers = NO_ANSWERS
    try:
        new = _check(own, found, received)
        answers = new.answers
        await runtime.database.awrite(
            lambda session: changing.edit_answers(session, own.place.id, new, now=now, by=own.by),
            seats_of=[own.place.event_id],
        )
    except ChoiceFull as refusal:
        return _refused(own, found, received, error_of_full_choice(refusal, answers))
    except Invalid as refusal:
        return _refused(own, found, received, refusal)
    return own.back()


def _check(own: _Own, found: OwnAnswers, received: Received) -> NewAnswers:
    """Return what was filled in. Raises `Invalid` with every error of the page."""
    form, asked = received.form, found.asked
    errors: list[FieldError] = []
    details: OwnDetailsInput | None = None
    answers = Answers()
    try:
        details = form.check(OwnDetailsInput)
    except Invalid as refusal:
        errors += refusal.errors
    try:
        answers = check_answers(
            asked.document,
            answers_in(form, asked),
            revision=asked.revision,
            now=own.runtime.clock.now(),
            party_size=found.party_size,
            members=_others(form, found),
        )
    except Invalid as refusal:
        errors += refusal.errors
    errors += received.errors
    rows = members_in(form, asked, found.party_size - 1)
    errors += doubles(form.value("name"), [each["name"] for each in rows])
    if errors or details is None:
        raise Invalid(errors)
    return NewAnswers(**details.model_dump(), answers=answers)


def _others(form: Form, found: OwnAnswers) -> Sequence[Mapping[str, Any]]:
    """Return who comes along; those without a name are left out where nothing is asked of each person."""
    filled = members_in(form, found.asked, found.party_size - 1)
    return filled if found.asked.is_per_person else [each for each in filled if each["name"].strip()]


def _refused(own: _Own, found: OwnAnswers, received: Received, refusal: Invalid) -> Response[str]:
    shown = received.form.with_errors(refusal.errors)
    return _answers_page(own, found, shown, HTTP_422_UNPROCESSABLE_ENTITY)


def _answers_page(own: _Own, found: OwnAnswers, form: Form, status_code: int = HTTP_200_OK) -> Response[str]:
    questions = Questions(found.asked, _files_by_field(found, form), f"/r/{own.token}/files")
    return own.show(
        "change_answers.html", form, status_code, found=found, questions=questions, others=found.party_size - 1
    )


def _filled(found: OwnAnswers) -> Form:
    """Return the form as it would have been filled in to give the answers that are kept."""
    values: dict[str, Sequence[str]] = {
        "name": [found.name],
        "institution": [found.institution or ""],
        "access_needs": [found.access_needs or ""],
        "sign_language": ["yes"] if found.sign_language else [],
        "wheelchair": ["yes"] if found.wheelchair else [],
        **_typed(found, "answers.", found.answers),
    }
    for number, (name, answers) in enumerate(found.members):
        values[f"members.{number}.name"] = [name]
        values |= _typed(found, f"members.{number}.answers.", answers)
    return Form(values)


def _typed(found: OwnAnswers, prefix: str, answers: Mapping[str, Answer]) -> dict[str, Sequence[str]]:
    values: dict[str, Sequence[str]] = {}
    for question in found.asked.document.questions:
        answer = answers.get(question.id)
        if answer is None:
            continue
        values[prefix + question.id] = _as_typed(question.kind, answer)
    return values


def _as_typed(kind: QuestionKind, answer: Answer) -> Sequence[str]:
    if kind is QuestionKind.CONSENT:
        return [AGREED]
    return list(answer) if isinstance(answer, list | tuple) else [str(answer)]


def _files_by_field(found: OwnAnswers, form: Form) -> Mapping[str, AnswerFile]:
    """Return the files that were sent before, by the field that names them."""
    known = {str(key): file for key, file in found.files.items()}
    return {name: known[values[0]] for name, values in form.values.items() if values and values[0] in known}
