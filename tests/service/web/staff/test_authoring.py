"""Writing an event over HTTP: autosave, conflicts, copies, templates, approval, on both databases."""

from __future__ import annotations

import re
import uuid
from typing import Any

from litestar.testing import TestClient

from events.drafts import working_copies
from events.models import EventKind, Stage, WorkingCopy
from events.registrations import desk as lists
from service.accounts.models import Role
from tests.service.web.staff.room import Room
from tests.service.web.staff.test_events import drafted, event


def edit_form(client: TestClient[Any], key: str) -> dict[str, list[str]]:
    """Return the fields of the event's form as a browser would send them."""
    text = client.get(f"/staff/events/{key}/edit").text
    return fields_in(text)


def fields_in(text: str) -> dict[str, list[str]]:
    form = text[text.index('id="field-form"') : text.index("</form>", text.index('id="field-form"'))]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{each}="([^"]*)"', tag) for each in ("name", "value"))
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, value in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = [value]
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    return found


def copies(room: Room) -> list[WorkingCopy]:
    staff_id = room.installation.staff_id
    return list(room.runtime.database.read(lambda s: working_copies.list_working_copies(s, staff_id)))


def test_what_is_typed_is_kept_for_who_typed_it_and_saved_by_nobody(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    typed = edit_form(owner, key) | {
        "title_id": ["Setengah judul"],
        "starts_at_date": ["31 Feb"],
        "capacity": ["banyak"],
    }
    answer = owner.post(f"/staff/events/{key}/working-copy?lang=en", data=typed)
    assert (answer.status_code, answer.text.strip()) == (200, "Kept at 09:00 WIB. It is not saved until you say so.")
    assert event(room.life, key).title.id == "Menulis Cerita Anak"
    again = owner.get(f"/staff/events/{key}/edit?lang=en").text
    assert "You left this here on" in again
    assert 'value="Setengah judul"' in again
    assert 'value="31 Feb"' in again
    with room.visitor() as colleague:
        room.sign_in(colleague, room.join(Role.EDITOR).email)
        assert "Setengah judul" not in colleague.get(f"/staff/events/{key}/edit").text
    owner.post(f"/staff/events/{key}/working-copy/discard")
    assert "Setengah judul" not in owner.get(f"/staff/events/{key}/edit").text
    assert copies(room) == []


def test_a_copy_that_says_nothing_new_is_not_offered_and_saving_ends_it(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    typed = edit_form(owner, key)
    owner.post(f"/staff/events/{key}/working-copy", data=typed)
    assert "You left this here" not in owner.get(f"/staff/events/{key}/edit?lang=en").text
    owner.post(f"/staff/events/{key}/working-copy", data=typed | {"title_id": ["Judul baru"]})
    assert owner.post(f"/staff/events/{key}/edit", data=typed | {"title_id": ["Judul baru"]}).status_code == 303
    assert (event(room.life, key).title.id, copies(room)) == ("Judul baru", [])


def test_a_new_event_is_kept_too_until_it_is_a_draft(room: Room, owner: TestClient[Any]) -> None:
    new = f"/staff/events/new?organiser={room.life.organiser_id}"
    page = owner.get(f"{new}&kind=exhibition").text
    typed = fields_in(page) | {"title_id": ["Pameran foto"]}
    kept = f"/staff/events/new/working-copy?organiser={room.life.organiser_id}"
    assert owner.post(kept, data=typed).status_code == 200
    assert "Pameran foto" in owner.get(f"{new}&kind=exhibition").text
    assert "Pameran foto" not in owner.get(f"{new}&kind=webinar").text
    answer = owner.post(new, data=typed)
    assert answer.status_code == 303, answer.text
    assert "Pameran foto" not in owner.get(f"{new}&kind=exhibition").text


def test_what_a_colleague_saved_meanwhile_is_shown_field_by_field(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    before = edit_form(owner, key)
    mine = before | {"title_id": ["Judul saya"], "audience_id": ["Guru"]}
    owner.post(f"/staff/events/{key}/working-copy", data=mine)
    with room.visitor() as colleague:
        me = room.join(Role.EDITOR)
        room.sign_in(colleague, me.email)
        theirs = before | {"title_id": ["Judul Budi"], "summary_id": ["Ringkasan Budi"]}
        assert colleague.post(f"/staff/events/{key}/edit", data=theirs).status_code == 303
    for answer in (
        owner.get(f"/staff/events/{key}/edit?lang=en"),
        owner.post(f"/staff/events/{key}/edit?lang=en", data=mine),
    ):
        assert f"{me.name} saved changes while you were writing" in answer.text
        [asked] = re.findall(r'<div class="clash">(.*?)</div>', answer.text, re.DOTALL)
        assert "Judul saya" in asked
        assert "Judul Budi" in asked
        shown = fields_in(answer.text)
        assert shown["title_id"] == ["Judul saya"]
        assert shown["summary_id"] == ["Ringkasan Budi"]  # only they touched it
        assert shown["audience_id"] == ["Guru"]  # only I did
    assert answer.status_code == 409
    assert event(room.life, key).title.id == "Judul Budi"
    assert owner.post(f"/staff/events/{key}/edit", data=shown).status_code == 303
    after = event(room.life, key)
    assert (after.title.id, after.summary.id, after.audience.id) == ("Judul saya", "Ringkasan Budi", "Guru")


def test_a_form_that_is_sent_after_the_session_ended_is_told_so(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id)
    typed = edit_form(owner, key)
    owner.post("/staff/sign-out")
    answer = owner.post(f"/staff/events/{key}/working-copy", data=typed, headers={"hx-request": "true"})
    assert answer.status_code == 401
    page = f"/staff/events/{key}/edit"
    away = owner.post(page, data=typed, headers={"referer": f"http://testserver.local{page}"})
    assert away.headers["location"] == f"/staff/sign-in?next=%2Fstaff%2Fevents%2F{key}%2Fedit"


def test_missing_english_is_marked_and_counted_and_no_obstacle(room: Room, owner: TestClient[Any]) -> None:
    key = drafted(owner, room.life.organiser_id, title_en="", audience_id="Guru")
    page = owner.get(f"/staff/events/{key}/edit?lang=en").text
    shown = re.findall(r'data-gap="(\w+)" data-beside="\w+">', page)
    assert shown == ["title_en", "summary_en", "audience_en"]
    assert '<b data-gaps="en">3</b>' in page
    assert "Texts that have no English yet:</p>" not in page
    home = owner.get(f"/staff/events/{key}?lang=en").text
    assert "Texts that have no English yet: <b>3</b>" in home
    owner.post(f"/staff/events/{key}/publish")
    assert event(room.life, key).stage is Stage.REGISTRATION_OPEN


def test_an_event_is_held_again_on_the_next_free_day(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    page = f"/staff/events/{event_id}/clone"
    proposed = fields_in(owner.get(page).text)
    assert (proposed["starts_at_date"], proposed["starts_at_time"]) == (["2026-12-19"], ["09:00"])
    assert owner.post(page, data={"starts_at_date": "besok"}).status_code == 422
    answer = owner.post(page, data=proposed)
    assert answer.status_code == 303
    key = answer.headers["location"].removeprefix("/staff/events/")[:36]
    made = event(room.life, key)
    assert (made.stage, made.starts_at.isoformat()) == (Stage.DRAFT, "2026-12-19T02:00:00+00:00")


def test_a_template_is_kept_used_renamed_and_deleted(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar(max_party_size=4, certificate={"enabled": True, "hours": 3, "design": "melati"})
    assert owner.post(f"/staff/events/{event_id}/template", data={"name": ""}).status_code == 422
    assert owner.post(f"/staff/events/{event_id}/template", data={"name": "Webinar guru"}).status_code == 303
    listed = f"/staff/templates?organiser={room.life.organiser_id}"
    [template] = set(re.findall(r"/staff/templates/([\w-]{36})/delete", owner.get(listed).text))
    new = f"/staff/events/new?organiser={room.life.organiser_id}&template={template}"
    typed = fields_in(owner.get(new).text)
    assert (typed["max_party_size"], typed["title_id"], typed["capacity"]) == (["4"], ["Menulis Cerita Anak"], ["100"])
    answer = owner.post(f"/staff/events/new?organiser={room.life.organiser_id}", data=typed)
    made = event(room.life, answer.headers["location"].removeprefix("/staff/events/")[:36])
    assert made.certificate == {"enabled": True, "hours": 3, "design": "melati"}
    assert owner.post(f"/staff/templates/{template}", data={"name": "x" * 200}).status_code == 422
    assert owner.post(f"/staff/templates/{template}", data={"name": "Bincang"}).status_code == 303
    assert "Bincang" in owner.get(listed).text
    assert owner.get(new.replace(template, str(uuid.uuid4()))).status_code == 404
    assert owner.get(new.replace(template, "nonsense")).status_code == 404
    owner.post(f"/staff/templates/{template}/delete")
    assert owner.get(new).status_code == 404


def test_a_usual_template_brings_programme_and_visiting_times(room: Room, owner: TestClient[Any]) -> None:
    new = f"/staff/events/new?organiser={room.life.organiser_id}"
    page = owner.get(f"{new}&template=pameran&lang=en").text
    assert "42 visiting times" in page
    typed = fields_in(page) | {
        "title_id": ["Pameran foto Batam"],
        "summary_id": ["Foto lama kota kita."],
        "venue_id": ["Lantai 2"],
    }
    key = owner.post(new, data=typed).headers["location"].removeprefix("/staff/events/")[:36]
    made = event(room.life, key)
    slots = room.runtime.database.read(lambda session: lists.list_slots(session, made.id))
    assert (made.kind, len(slots), slots[0].pool.capacity) == (EventKind.EXHIBITION, 42, 40)
    assert owner.post(f"/staff/events/{key}/publish").headers["location"].endswith("done=published")


def test_an_editor_asks_an_approver_returns_and_approves(  # noqa: PLR0915 - one story
    room: Room, owner: TestClient[Any]
) -> None:
    rule = f"/staff/reviews?organiser={room.life.organiser_id}"
    assert owner.post(rule, data={"rule": "nonsense"}).status_code == 422
    assert owner.post(rule, data={"rule": "editors"}).status_code == 303
    with room.visitor() as editor, room.visitor() as approver:
        ani, budi = room.join(Role.EDITOR), room.join(Role.APPROVER)
        room.sign_in(editor, ani.email)
        room.sign_in(approver, budi.email)
        key = drafted(editor, room.life.organiser_id)
        home, review = f"/staff/events/{key}", f"/staff/events/{key}/review"
        shown = editor.get(f"{home}?lang=en").text
        assert "Ask for approval" in shown
        assert ">Publish</button>" not in shown
        assert editor.post(f"{home}/publish").headers["location"] == f"{review}?needed=1"
        assert editor.post(f"{home}/submit", data={"comment": "Mohon diperiksa"}).status_code == 303
        assert "Waits for your approval" in approver.get("/staff?lang=en").text
        assert "Waits for your approval" not in editor.get("/staff?lang=en").text
        assert approver.post(f"{home}/return", data={"comment": ""}).status_code == 422
        assert approver.post(f"{home}/return", data={"comment": "Judul kurang jelas"}).status_code == 303
        assert "Judul kurang jelas" in editor.get(review).text
        assert "Came back to you" in editor.get("/staff/reviews?lang=en").text
        assert editor.post(f"{home}/submit").status_code == 303
        change = fields_in(editor.get(f"{home}/edit").text) | {"title_id": ["Menulis Cerita untuk Anak"]}
        assert editor.post(f"{home}/edit", data=change).status_code == 303
        seen = approver.get(f"{review}?lang=en").text
        assert "<del>Menulis Cerita Anak\nWriting for Children</del>" in seen
        assert "<ins>Menulis Cerita untuk Anak\nWriting for Children</ins>" in seen
        assert approver.post(f"{home}/approve", data={"comment": "Bagus"}).status_code == 303
    assert event(room.life, key).stage is Stage.REGISTRATION_OPEN
    told = owner.get(f"{home}/timeline?lang=en").text
    assert told.index("The event was approved.") < told.index("The event was returned with a comment.")


def test_the_strict_rule_binds_owners_and_comments_are_for_staff(room: Room, owner: TestClient[Any]) -> None:
    owner.post(f"/staff/reviews?organiser={room.life.organiser_id}", data={"rule": "everybody"})
    key = drafted(owner, room.life.organiser_id)
    home = f"/staff/events/{key}"
    owner.post(f"{home}/submit")
    answer = owner.post(f"{home}/approve?lang=en")
    assert answer.status_code == 409
    assert "Somebody else must approve what you submitted." in answer.text
    assert event(room.life, key).stage is Stage.DRAFT
    assert owner.post(f"{home}/comments", data={"comment": "<b>Halo</b>"}).status_code == 303
    assert "&lt;b&gt;Halo&lt;/b&gt;" in owner.get(f"{home}/review").text
    with room.visitor() as viewer:
        room.sign_in(viewer, room.join(Role.VIEWER).email)
        assert viewer.post(f"{home}/comments", data={"comment": "Halo"}).status_code == 403


def test_materials_are_on_the_page_of_who_has_a_place(room: Room, owner: TestClient[Any]) -> None:
    event_id = room.life.webinar()
    made = room.life.register(event_id, 1)
    page = f"/staff/events/{event_id}/materials"
    assert owner.post(page, data={"title_id": "", "url": "x"}).status_code == 422
    for title, shown in (("Bahan bacaan", "before"), ("Salindia", "after")):
        wanted = {"title_id": title, "url": "https://drive.example/a", "shown": shown}
        assert owner.post(page, data=wanted).status_code == 303
    token = room.runtime.links.token("manage", made.registration_id)
    with room.visitor() as person:
        seen = person.get(f"/r/{token}").text
        assert ("Bahan bacaan" in seen, "Salindia" in seen) == (True, False)
        assert "Bahan bacaan" not in person.get("/events/perpustakaan-batam/menulis-cerita-anak").text
    for remove in set(re.findall(rf"{page}/[\w-]+/remove", owner.get(page).text)):
        assert owner.post(remove).status_code == 303
    with room.visitor() as person:
        assert "Bahan bacaan" not in person.get(f"/r/{token}").text
