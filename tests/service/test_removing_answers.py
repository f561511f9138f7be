"""The tick removes answers whose time is over, and files that nobody registered with, from rows and from storage."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from events.models import AnswerFile
from events.questions import answer_files, forms
from events.questions.answer_files import KeptFile
from events.questions.answers import check_answers
from events.questions.form_document import FormDocument, Question, QuestionKind
from events.storage import LocalizedText
from service.processes.ticker import Ticker, remove_answers, tick
from service.wiring import Runtime
from tests.support.life import NOW, Life
from tests.support.polling import until
from tests.support.running import make_runtime
from tests.support.site import at

PHOTO = Question(id="photo", kind=QuestionKind.FILE, label=LocalizedText("Foto"), retention_days=7)
NAME = Question(id="nick", kind=QuestionKind.SHORT_TEXT, label=LocalizedText("Panggilan"))


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(database_url, tmp_path, clock_file=tmp_path / "clock")
    at(made, NOW)
    yield made
    made.close()


def test_a_process_that_does_not_run_for_long_tidies_up_too(life: Life, runtime: Runtime) -> None:
    event_id = life.webinar()
    _send(life, runtime, event_id, NOW - timedelta(days=2))
    [key] = [row.storage_key for row in life.database.read(lambda s: s.scalars(sa.select(AnswerFile)).all())]
    ticker = Ticker(runtime, first_tidy=timedelta())
    ticker.start()
    until(lambda: not runtime.files.exists(key) and not _files(life, runtime), what="the orphan is swept")
    ticker.stop()


def _send(life: Life, runtime: Runtime, event_id: uuid.UUID, now: datetime) -> uuid.UUID:
    key = f"answers/{uuid.uuid4().hex}.png"
    kept = KeptFile(question_id="photo", storage_key=key, filename="a.png", content_type="image/png", size=1)
    file_id = life.do(answer_files.keep, event_id, kept, now=now)
    runtime.files.put(key, b"x", content_type="image/png")
    return file_id


def _files(life: Life, runtime: Runtime) -> dict[uuid.UUID, bool]:
    rows = life.database.read(lambda session: session.scalars(sa.select(AnswerFile)).all())
    return {row.id: runtime.files.exists(row.storage_key) for row in rows}


def test_answers_and_files_go_when_their_time_is_over(life: Life, runtime: Runtime) -> None:
    event_id = life.webinar()
    ends_at = life.event(event_id).ends_at
    life.do(forms.save, event_id, FormDocument((PHOTO, NAME)))
    orphan, claimed = (_send(life, runtime, event_id, NOW) for _ in range(2))
    keys = [row.storage_key for row in life.database.read(lambda s: s.scalars(sa.select(AnswerFile)).all())]
    given: dict[str, Any] = {"photo": str(claimed), "nick": "Ani"}
    checked = check_answers(FormDocument((PHOTO, NAME)), given, revision=1, now=NOW)
    registered = life.register(event_id, 1, **checked.fields())

    remove_answers(runtime)
    assert _files(life, runtime) == {orphan: True, claimed: True}
    at(runtime, NOW + timedelta(days=1, seconds=1))
    remove_answers(runtime)
    assert _files(life, runtime) == {claimed: True}
    at(runtime, ends_at + timedelta(days=7, minutes=-1))
    for _ in range(3):
        tick(runtime)
    remove_answers(runtime)
    assert _files(life, runtime) == {claimed: True}
    assert life.registration(registered.registration_id).answers == given
    for _ in range(2):
        at(runtime, ends_at + timedelta(days=7))
        remove_answers(runtime)
        assert _files(life, runtime) == {}
        assert [runtime.files.exists(key) for key in keys] == [False, False]
        assert life.registration(registered.registration_id).answers == {"nick": "Ani"}
    assert life.facts(event_id).count("AnswersRemoved") == 1
