"""Rules: which count where, whom they reach, and what happens when they, the event or the people change."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from events import organisers
from events.drafts import cloning, event_templates, lifecycle
from events.errors import Conflict, Invalid
from events.models import Anchor, Audience, Event, EventMode, Evidence, RegistrationState, Stage
from events.presence import attendance
from events.registrations import registration
from events.storage import LocalizedText, Session
from notifications.models.email import EmailKind
from notifications.planning import reminders, rule_editing
from notifications.planning.rule_editing import RuleText, Scope
from notifications.rules import Origin, in_force, rules_of, rules_of_organiser
from tests.notifications.post_office import PostOffice
from tests.support.life import STAFF, STARTS_AT

ENDS_AT = STARTS_AT + timedelta(hours=2, minutes=30)
WORDS = RuleText(
    anchor=Anchor.START,
    offset=timedelta(days=-3),
    audience=Audience.CONFIRMED,
    subject=LocalizedText("Kabar: {judul}", "News: {judul}"),
    body=LocalizedText("Halo {nama}, sampai jumpa {waktu}.\n\nBuka: {tautan_masuk}\n\nRekaman: {tautan_rekaman}"),
)


def house(post_office: PostOffice) -> Scope:
    return Scope(post_office.life.organiser_id)


def of_event(post_office: PostOffice, event_id: uuid.UUID) -> Scope:
    return Scope(post_office.life.organiser_id, event_id)


def add(post_office: PostOffice, scope: Scope, **changes: Any) -> str:
    text, now = replace(WORDS, **changes), post_office.life.now
    return post_office.write(lambda s: rule_editing.add_rule(s, scope, text, now=now, by=STAFF))


def switch(post_office: PostOffice, scope: Scope, key: str, *, enabled: bool) -> None:
    now = post_office.life.now
    post_office.write(lambda s: rule_editing.switch_rule(s, scope, key, enabled=enabled, now=now, by=STAFF))


def plan(post_office: PostOffice, event_id: uuid.UUID, *, now: datetime | None = None) -> None:
    """Plan everything, as the reaction does chunk by chunk."""
    cursor = None
    while True:
        use_case = partial(reminders.plan, event_id=event_id, now=now or post_office.life.now, cursor=cursor)
        cursor = post_office.write(use_case)
        if cursor is None:
            return


def planned(post_office: PostOffice, state: str = "queued") -> Counter[tuple[str, datetime | None]]:
    """Return what is planned: how often each rule (by its key) at which time."""
    rows = (row for row in post_office.rows() if row.state.value == state)
    return Counter(((row.rule or "").partition("@")[0], row.due_at) for row in rows)


def counting(post_office: PostOffice, event_id: uuid.UUID) -> dict[str, Origin]:
    def query(session: Session) -> dict[str, Origin]:
        event = session.get_one(Event, event_id)
        return {rule.key: rule.origin for rule in in_force(rules_of(session, event), event)}

    return post_office.write(query)


REMINDERS = {
    "reminder_7d": STARTS_AT - timedelta(days=7),
    "reminder_1d": STARTS_AT - timedelta(days=1),
    "reminder_1h": STARTS_AT - timedelta(hours=1),
}


def test_an_organiser_begins_with_three_reminders_and_some_to_switch_on(post_office: PostOffice) -> None:
    rules = post_office.write(lambda s: rules_of_organiser(s, post_office.life.organiser_id))
    assert {rule.key: rule.enabled for rule in rules} == {
        "reminder_7d": True,
        "partners_silent": False,
        "reminder_1d": True,
        "reminder_1h": True,
        "thanks": False,
        "missed": False,
        "survey": False,
    }
    assert {rule.origin for rule in rules} == {Origin.HOUSE}


def test_the_event_overrides_its_branch_that_its_library(post_office: PostOffice) -> None:
    life = post_office.life
    branch = post_office.write(
        lambda s: organisers.add_organiser(
            s, slug="cabang", name=LocalizedText("Cabang"), parent_id=life.organiser_id, now=life.now
        )
    )
    event_id = life.webinar()
    post_office.write(lambda s: setattr(s.get_one(Event, event_id), "organiser_id", branch))
    switch(post_office, house(post_office), "reminder_7d", enabled=False)
    switch(post_office, house(post_office), "thanks", enabled=True)
    assert counting(post_office, event_id) == {
        "reminder_1d": Origin.HOUSE,
        "reminder_1h": Origin.HOUSE,
        "thanks": Origin.PARENT,
    }
    switch(post_office, Scope(branch), "reminder_7d", enabled=True)
    switch(post_office, Scope(branch, event_id), "thanks", enabled=False)
    assert counting(post_office, event_id) == {
        "reminder_7d": Origin.ORGANISER,
        "reminder_1d": Origin.HOUSE,
        "reminder_1h": Origin.HOUSE,
    }
    post_office.write(lambda s: rule_editing.reset_all(s, Scope(branch, event_id), now=life.now, by=STAFF))
    assert counting(post_office, event_id)["thanks"] is Origin.PARENT


def test_changing_a_rule_moves_what_is_planned_and_repeats_nothing(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    post_office.life.register(event_id)
    key = add(post_office, house(post_office))
    plan(post_office, event_id)
    assert planned(post_office) == {
        **dict.fromkeys(REMINDERS.items(), 1),
        (key, STARTS_AT - timedelta(days=3)): 1,
    }
    change(post_office, key, offset=timedelta(days=-2), version=1)
    plan(post_office, event_id)
    assert planned(post_office)[(key, STARTS_AT - timedelta(days=2))] == 1
    assert sum(planned(post_office).values()) == 4
    # Sent once, it is not sent again when the rule is moved nearer to the start.
    (message,) = [
        each for each in post_office.send(now=STARTS_AT - timedelta(days=2)) if each["Subject"].startswith("Kabar")
    ]
    assert message["Subject"] == "Kabar: Menulis Cerita Anak"
    change(post_office, key, offset=timedelta(hours=-30), version=2)
    plan(post_office, event_id, now=STARTS_AT - timedelta(days=2))
    assert [mail["Subject"] for mail in post_office.send(now=STARTS_AT - timedelta(hours=30))] == []


def change(post_office: PostOffice, key: str, *, version: int, **changes: Any) -> None:
    scope, now, text = house(post_office), post_office.life.now, replace(WORDS, **changes)
    post_office.write(lambda s: rule_editing.change_rule(s, scope, key, text, version=version, now=now, by=STAFF))


def test_a_rule_that_is_switched_off_sends_nothing_even_if_nothing_was_planned_anew(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    post_office.life.register(event_id)
    plan(post_office, event_id)
    switch(post_office, of_event(post_office, event_id), "reminder_1d", enabled=False)
    assert len(post_office.send(now=STARTS_AT - timedelta(days=7))) == 1
    assert list(post_office.send(now=STARTS_AT - timedelta(days=1))) == []
    plan(post_office, event_id, now=STARTS_AT - timedelta(hours=20))
    assert planned(post_office) == {("reminder_1h", REMINDERS["reminder_1h"]): 1}


def test_what_is_changed_is_planned_for_every_event_of_the_organiser(post_office: PostOffice) -> None:
    first, second, over = (post_office.life.webinar() for _ in range(3))
    for event_id in (first, second, over):
        post_office.life.register(event_id)
    post_office.write(lambda s: lifecycle.cancel(s, over, now=post_office.life.now, by=STAFF))
    key = add(post_office, house(post_office))
    cursor, calls = None, 0
    while True:
        use_case = partial(
            reminders.plan_all, organiser_id=post_office.life.organiser_id, now=post_office.life.now, cursor=cursor
        )
        cursor = post_office.write(use_case)
        calls += 1
        if cursor is None:
            break
    assert calls == 3
    rows = [row for row in post_office.rows() if (row.rule or "").startswith(key)]
    assert {row.event_id for row in rows} == {first, second}


def test_who_attended_is_thanked_and_who_missed_it_is_told_otherwise(post_office: PostOffice) -> None:
    life = post_office.life
    for key in ("thanks", "missed"):
        switch(post_office, house(post_office), key, enabled=True)
    event_id = life.webinar()
    came, missed, late = (life.register(event_id, person).registration_id for person in range(3))
    post_office.write(lambda s: lifecycle.start(s, event_id, now=STARTS_AT, by="clock"))
    post_office.write(lambda s: attendance.note(s, came, Evidence.DOOR, now=STARTS_AT, by=STAFF))
    post_office.write(lambda s: lifecycle.end(s, event_id, now=ENDS_AT, by="clock"))
    plan(post_office, event_id, now=ENDS_AT)
    assert {row.registration_id: row.rule for row in post_office.rows() if row.state.value == "queued"} == {
        came: "thanks@120",
        missed: "missed@1440",
        late: "missed@1440",
    }
    # Staff find one of them on the paper list an hour later: thanked too, and not told that they were missed.
    post_office.write(lambda s: attendance.note(s, late, Evidence.STAFF, now=ENDS_AT + timedelta(hours=1), by=STAFF))
    post_office.write(lambda s: reminders.plan_for(s, late, now=ENDS_AT + timedelta(hours=1)))
    thanked = post_office.send(now=ENDS_AT + timedelta(hours=2))
    told = post_office.send(now=ENDS_AT + timedelta(days=1))
    assert Counter(mail["Subject"] for mail in [*thanked, *told]) == {
        "Terima kasih telah hadir: Menulis Cerita Anak": 2,
        "Kami merindukan Anda: Menulis Cerita Anak": 1,
    }
    # There is no recording, so that paragraph is left out.
    assert "Rekaman" not in told[0].get_body(("plain",)).get_content()  # type: ignore[union-attr] # it has one


def test_long_after_the_event_nobody_is_thanked_any_more(post_office: PostOffice) -> None:
    life = post_office.life
    switch(post_office, house(post_office), "missed", enabled=True)
    event_id = life.webinar()
    life.register(event_id)
    post_office.write(lambda s: lifecycle.start(s, event_id, now=STARTS_AT, by="clock"))
    post_office.write(lambda s: lifecycle.end(s, event_id, now=ENDS_AT, by="clock"))
    plan(post_office, event_id, now=ENDS_AT)
    assert list(post_office.send(now=ENDS_AT + timedelta(days=9))) == []
    plan(post_office, event_id, now=ENDS_AT + timedelta(days=3))
    assert planned(post_office) == {}


def test_rules_are_for_modes_and_audiences(post_office: PostOffice) -> None:
    life = post_office.life
    online = add(post_office, house(post_office), modes=(EventMode.ONLINE,))
    onsite = add(post_office, house(post_office), modes=(EventMode.ONSITE,))
    waits = add(post_office, house(post_office), audience=Audience.WAITLISTED)
    event_id = life.webinar(capacity=1)
    life.register(event_id)
    waiting = life.register(event_id, 2)
    assert waiting.state is RegistrationState.WAITLISTED
    plan(post_office, event_id)
    due = STARTS_AT - timedelta(days=3)
    assert planned(post_office) == {**dict.fromkeys(REMINDERS.items(), 1), (online, due): 1, (waits, due): 1}
    assert onsite not in counting(post_office, event_id)
    # Who has given up meanwhile gets nothing.
    post_office.write(lambda s: registration.cancel(s, waiting.registration_id, now=life.now, by="person"))
    sent = [mail["To"] for mail in post_office.send(now=due) if mail["Subject"].startswith("Kabar")]
    assert len(sent) == 1


def test_counted_from_the_registration(post_office: PostOffice) -> None:
    life = post_office.life
    key = add(post_office, house(post_office), anchor=Anchor.REGISTRATION, offset=timedelta(hours=1))
    event_id = life.webinar()
    life.register(event_id)
    plan(post_office, event_id)
    assert planned(post_office)[(key, life.now + timedelta(hours=1))] == 1
    life.register(event_id, 2, now=life.now + timedelta(days=1))
    plan(post_office, event_id, now=life.now + timedelta(days=5))
    assert sum(count for (name, _), count in planned(post_office).items() if name == key) == 1


def test_a_partner_who_does_not_answer_is_asked_again(post_office: PostOffice) -> None:
    life = post_office.life
    switch(post_office, house(post_office), "partners_silent", enabled=True)
    event_id = life.webinar()
    post_office.invite(event_id)
    post_office.write(lambda s: reminders.plan_partners(s, event_id, now=life.now))
    post_office.write(lambda s: reminders.plan_partners(s, event_id, now=life.now))
    assert planned(post_office) == {("partners_silent", STARTS_AT - timedelta(days=5)): 1}
    (message,) = post_office.send(now=STARTS_AT - timedelta(days=5))
    assert message["To"] == '"Dr. Hj. Siti Aminah, S.Pd., M.M." <siti.aminah@unhas.example>'
    assert message["Subject"] == "Mohon jawaban Anda: Menulis Cerita Anak"


def test_two_reminders_close_together_are_one(post_office: PostOffice) -> None:
    event_id = post_office.life.webinar()
    add(post_office, house(post_office), sends=EmailKind.REMINDER_1H, offset=timedelta(minutes=-80))
    assert set(counting(post_office, event_id)) == {"reminder_7d", "reminder_1d", "reminder_1h"}


def test_each_visit_has_its_own_time(post_office: PostOffice) -> None:
    life = post_office.life
    key = add(post_office, house(post_office), anchor=Anchor.END, offset=timedelta(hours=3))
    event_id = life.exhibition(Stage.REGISTRATION_OPEN, slots=2)
    for number, slot_id in enumerate(life.slots(event_id)):
        life.register(event_id, number, slot_id=slot_id)
    plan(post_office, event_id)
    ends = sorted(at for name, at in planned(post_office) if name == key and at is not None)
    assert len(ends) == 2
    assert ends[1] - ends[0] == timedelta(hours=1)
    plan(post_office, event_id)
    assert planned(post_office, "superseded") == {}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"body": LocalizedText("Buka {tautan_masuk} {kata_sandi}")}, ["placeholder"]),
        ({"body": LocalizedText("{nama.__class__}")}, ["placeholder"]),
        ({"subject": LocalizedText("Masuk: {tautan_masuk}")}, ["link"]),
        ({"subject": LocalizedText("", "Hello")}, ["missing"]),
        ({"audience": Audience.ATTENDED}, ["too_early"]),
        ({"anchor": Anchor.END}, ["past"]),
        (
            {"anchor": Anchor.REGISTRATION, "offset": timedelta(0), "audience": Audience.PARTNERS},
            ["partners", "placeholder", "placeholder"],
        ),
        ({"sends": EmailKind.REMINDER_1D, "audience": Audience.WAITLISTED}, ["reminder"]),
        ({"sends": EmailKind.CONFIRMATION}, ["kind"]),
        ({"offset": timedelta(days=-400)}, ["range"]),
    ],
)
def test_rules_that_cannot_be(changes: dict[str, Any], codes: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        rule_editing.check_rule(replace(WORDS, **changes))
    assert [error.code for error in refused.value.errors] == codes


def test_who_looked_at_an_older_rule_is_told(post_office: PostOffice) -> None:
    key = add(post_office, house(post_office))
    change(post_office, key, version=1)
    with pytest.raises(Conflict):
        change(post_office, key, version=1)


def test_copies_and_templates_carry_the_event_s_own_rules(post_office: PostOffice) -> None:
    life = post_office.life
    event_id = life.webinar()
    key = add(post_office, of_event(post_office, event_id))
    switch(post_office, of_event(post_office, event_id), "reminder_7d", enabled=False)
    copy = post_office.write(
        lambda s: cloning.clone_event(s, event_id, starts_at=STARTS_AT + timedelta(days=30), now=life.now, by=STAFF)
    )
    assert counting(post_office, copy) == counting(post_office, event_id)
    assert counting(post_office, copy)[key] is Origin.EVENT
    template = post_office.write(
        lambda s: event_templates.save_template(s, event_id, name="Kelas", now=life.now, by=STAFF)
    )
    other = life.webinar(Stage.DRAFT)

    def apply(session: Session) -> None:
        document = event_templates.find_template(session, template).document
        event_templates.apply_parts(session, other, document, now=life.now, by=STAFF)

    post_office.write(apply)
    assert counting(post_office, other) == counting(post_office, event_id)
