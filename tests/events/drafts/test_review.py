"""Four eyes: asked, returned, approved, under each rule, on both databases."""

from __future__ import annotations

import uuid

import pytest

from events import organisers
from events.drafts import authoring, review
from events.errors import ApprovalNeeded, Conflict, Invalid, NotFound, WrongStage
from events.models import CommentKind, EventReview, ReviewRule, ReviewState, Stage
from events.storage import LocalizedText, new_id
from tests.support.life import STARTS_AT, Life

EDITOR, APPROVER, OWNER = "staff:editor", "staff:approver", "staff:owner"


def rule(life: Life, wanted: ReviewRule) -> None:
    life.do(review.set_review_rule, life.organiser_id, wanted)


def of(life: Life, event_id: uuid.UUID) -> EventReview | None:
    return life.database.read(lambda session: review.find_review(session, event_id))


def comments(life: Life, event_id: uuid.UUID) -> list[tuple[CommentKind, str, str]]:
    rows = life.database.read(lambda session: review.list_comments(session, event_id))
    return [(row.kind, row.text, row.written_by) for row in rows]


def test_without_a_rule_an_editor_publishes_alone(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    life.do(review.publish, event_id, decides=False, by=EDITOR)
    assert life.event(event_id).stage is Stage.REGISTRATION_OPEN
    assert "EventApproved" not in life.facts(event_id)


def test_asked_returned_asked_again_and_approved(life: Life) -> None:
    rule(life, ReviewRule.EDITORS)
    event_id = life.webinar(Stage.DRAFT)
    with pytest.raises(ApprovalNeeded):
        life.do(review.publish, event_id, decides=False, by=EDITOR)
    life.do(review.submit, event_id, note="Mohon diperiksa", by=EDITOR)
    with pytest.raises(Conflict):
        life.do(review.submit, event_id, by=EDITOR)
    assert [event.id for event in life.database.read(lambda s: review.list_waiting(s, {life.organiser_id}))] == [
        event_id
    ]
    assert life.database.read(lambda s: review.list_waiting(s, {new_id()})) == []
    with pytest.raises(Invalid):
        life.do(review.return_event, event_id, comment="  ", by=APPROVER)
    life.do(review.return_event, event_id, comment="Tambahkan narasumber", by=APPROVER)
    assert [event.id for event in life.database.read(lambda s: review.list_returned(s, EDITOR))] == [event_id]
    with pytest.raises(Conflict):
        life.do(review.return_event, event_id, comment="Sekali lagi", by=APPROVER)
    life.do(review.submit, event_id, by=EDITOR)
    life.do(review.publish, event_id, decides=True, comment="Bagus!", by=APPROVER)
    assert life.event(event_id).stage is Stage.REGISTRATION_OPEN
    found = of(life, event_id)
    assert found is not None
    assert (found.state, found.submitted_by, found.decided_by) == (ReviewState.APPROVED, EDITOR, APPROVER)
    assert comments(life, event_id) == [
        (CommentKind.SUBMITTED, "Mohon diperiksa", EDITOR),
        (CommentKind.RETURNED, "Tambahkan narasumber", APPROVER),
        (CommentKind.SUBMITTED, "", EDITOR),
        (CommentKind.APPROVED, "Bagus!", APPROVER),
    ]
    assert life.facts(event_id)[1:6] == [
        "EventSubmitted",
        "EventReturned",
        "EventSubmitted",
        "EventApproved",
        "EventPublished",
    ]
    with pytest.raises(WrongStage):
        life.do(review.submit, event_id, by=EDITOR)


def test_under_the_strict_rule_nobody_publishes_what_they_wrote(life: Life) -> None:
    rule(life, ReviewRule.EVERYBODY)
    event_id = life.webinar(Stage.DRAFT)
    for decides in (True, False):
        with pytest.raises(ApprovalNeeded):
            life.do(review.publish, event_id, decides=decides, by=OWNER)
    life.do(review.submit, event_id, by=OWNER)
    with pytest.raises(ApprovalNeeded, match="what you submitted"):
        life.do(review.publish, event_id, decides=True, by=OWNER)
    life.do(authoring.edit_event, event_id, title=LocalizedText("Judul lain"), by=APPROVER)
    with pytest.raises(ApprovalNeeded, match="You changed this event"):
        life.do(review.publish, event_id, decides=True, by=APPROVER)
    life.do(review.publish, event_id, decides=True, by="staff:third")
    assert life.event(event_id).stage is Stage.REGISTRATION_OPEN


def test_what_was_written_before_the_submission_was_seen_by_who_submitted(life: Life) -> None:
    rule(life, ReviewRule.EVERYBODY)
    event_id = life.webinar(Stage.DRAFT)
    life.do(authoring.edit_event, event_id, title=LocalizedText("Judul lain"), by=APPROVER)
    life.do(review.submit, event_id, by=EDITOR)
    life.do(review.publish, event_id, decides=True, by=APPROVER)
    assert life.event(event_id).stage is Stage.REGISTRATION_OPEN


def test_the_approver_sees_what_was_changed_since(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    life.do(review.submit, event_id, by=EDITOR)
    found = of(life, event_id)
    assert found is not None

    def changes() -> list[review.Change]:
        event = life.event(event_id)
        return life.database.read(lambda session: review.changes_since_submission(session, event, found))

    assert changes() == []
    life.do(authoring.edit_event, event_id, venue=LocalizedText("Aula", "Main hall"), offer_hours=12, by=EDITOR)
    life.do(authoring.set_capacity, life.pool(event_id).id, capacity=50, by=EDITOR)
    life.do(
        authoring.set_times,
        event_id,
        starts_at=STARTS_AT.replace(hour=3),
        ends_at=STARTS_AT.replace(hour=5),
        by=EDITOR,
    )
    assert [(each.field, each.before, each.after) for each in changes()] == [
        ("offer_hours", 24, 12),
        ("venue", {"id": "Ruang Serbaguna", "en": "Main hall"}, {"id": "Aula", "en": "Main hall"}),
        (
            "times",
            {"starts_at": "2026-12-12T02:00:00+00:00", "length": 9000},
            {"starts_at": "2026-12-12T03:00:00+00:00", "length": 7200},
        ),
        ("capacity", 100, 50),
    ]


def test_what_is_incomplete_is_not_submitted(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT, summary=LocalizedText())
    with pytest.raises(Invalid) as refusal:
        life.do(review.submit, event_id, by=EDITOR)
    assert [error.field for error in refusal.value.errors] == ["summary"]
    assert life.facts(event_id) == ["EventDrafted"]


def test_remarks_are_for_any_time_and_never_empty_or_endless(life: Life) -> None:
    event_id = life.webinar(Stage.ENDED)
    life.do(review.comment, event_id, "Ramai sekali 🎉", by=OWNER)
    assert comments(life, event_id) == [(CommentKind.REMARK, "Ramai sekali 🎉", OWNER)]
    for text in ("", " \n", "x" * 2001):
        with pytest.raises(Invalid):
            life.do(review.comment, event_id, text, by=OWNER)
    with pytest.raises(NotFound):
        life.do(review.comment, new_id(), "Halo", by=OWNER)


def test_a_change_of_the_rule_is_remembered_and_counts_at_once(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    rule(life, ReviewRule.EDITORS)
    rule(life, ReviewRule.EDITORS)
    with pytest.raises(ApprovalNeeded):
        life.do(review.publish, event_id, decides=False, by=EDITOR)
    rule(life, ReviewRule.NOBODY)
    life.do(review.publish, event_id, decides=False, by=EDITOR)
    assert life.event(event_id).stage is Stage.REGISTRATION_OPEN


def test_a_discarded_draft_takes_its_review_along(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    life.do(review.submit, event_id, note="Halo", by=EDITOR)
    life.do(authoring.discard_draft, event_id)
    assert (of(life, event_id), comments(life, event_id)) == (None, [])


def test_a_branch_may_be_stricter_than_its_library_and_never_laxer(life: Life) -> None:
    branch = life.database.write(
        lambda session: organisers.add_organiser(
            session, slug="sekupang", name=LocalizedText("Cabang"), parent_id=life.organiser_id, now=life.now
        )
    )

    def counts() -> ReviewRule:
        return life.database.read(lambda session: review.rule_of(session, branch))

    found = [counts()]
    for organiser, wanted in (
        (life.organiser_id, ReviewRule.EDITORS),
        (branch, ReviewRule.EVERYBODY),
        (life.organiser_id, ReviewRule.NOBODY),
        (branch, ReviewRule.NOBODY),
    ):
        life.do(review.set_review_rule, organiser, wanted)
        found.append(counts())
    assert found == [
        ReviewRule.NOBODY,
        ReviewRule.EDITORS,
        ReviewRule.EVERYBODY,
        ReviewRule.EVERYBODY,
        ReviewRule.NOBODY,
    ]
