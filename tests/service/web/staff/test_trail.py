"""The audit trail of the pages: every act of every route leaves a row, and owners read it in sentences."""

from __future__ import annotations

import gc
import warnings
from contextlib import ExitStack
from typing import Any

import pytest
from litestar.testing import TestClient

from service.accounts import audit, sealing
from service.accounts.audit import Line, Wanted
from service.accounts.models import Role
from service.accounts.permissions import Action
from service.clock import real_now
from service.processes.ticker import seal_trail
from tests.service.web.staff.checkpoint import checkpoint
from tests.service.web.staff.room import Room, things_of
from tests.service.web.staff.test_routes import PROTECTED, send

FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"}
SHOWN = ("/{locale}/preview", "/rules/preview", "/rules/{rule_key}/preview")
"""Ends of paths under which a text is shown, and not kept."""


def rows(room: Room, wanted: Wanted | None = None) -> list[Line]:
    return list(
        room.runtime.database.read(
            lambda session: audit.search(session, room.installation, wanted or Wanted(), limit=10_000)
        )
    )


def test_every_act_of_every_route_leaves_a_row_and_nothing_else_does(sqlite_room: Room) -> None:
    me = sqlite_room.join(Role.OWNER)
    wanted = Wanted(by=me.staff_id)
    wrong = []
    with ExitStack() as within:
        client = within.enter_context(sqlite_room.visitor())
        sqlite_room.sign_in(client, me.email)
        things = things_of(sqlite_room, sqlite_room.life)
        go_back = within.enter_context(checkpoint(sqlite_room.runtime, client))
        for (method, path), action in PROTECTED.items():
            before = len(rows(sqlite_room, wanted))
            answer = send(client, method, path, things, **FIREFOX)
            found = rows(sqlite_room, wanted)
            new = found[: len(found) - before]
            shows_people = action is Action.EXPORT_REGISTRATIONS or path.endswith("{import_id}/errors.csv")
            acted = answer.status_code < 400 and (method != "GET" or shows_people)
            acted = acted and not path.endswith("/options")  # a question, asked before the act
            acted = acted and not path.endswith(SHOWN)
            acted = acted and "working-copy" not in path  # a person's own unsaved text is no act
            listed = path.replace("{draft_id}", "{event_id}").replace("{live_id}", "{event_id}")
            listed = listed.replace("{exhibition_id}", "{event_id}")
            if acted != bool(new) or any(line.entry.act != f"{method} {listed}" for line in new):
                wrong.append((method, path, answer.status_code, [line.entry.act for line in new]))
            assert {(line.entry.address, line.entry.device) for line in new} <= {("testclient", "Firefox · Linux")}
            if method != "GET":
                go_back()
    assert wrong == []


def _ask_for_export(room: Room, path: str) -> tuple[int, bytes]:
    with TestClient(room.visitor().app, raise_server_exceptions=False) as client:
        client.follow_redirects = False
        room.sign_in(client, room.installation.email)
        with room.runtime.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE audit_entry RENAME TO audit_entry_lost")
        answer = client.get(path)
        return answer.status_code, answer.content


def test_an_export_is_not_handed_out_when_its_row_cannot_be_kept(sqlite_room: Room) -> None:
    status, content = _ask_for_export(sqlite_room, f"/staff/events/{sqlite_room.life.webinar()}/registrations.xlsx")
    with warnings.catch_warnings():
        # The file that was not sent goes when nobody holds it any more; the library warns of that.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    assert (status, b"PK" in content[:4]) == (500, False)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_owners_read_sentences(room: Room, lang: str) -> None:
    me = room.join(Role.OWNER)
    with room.visitor() as client:
        room.sign_in(client, me.email)
        things = things_of(room, room.life)
        client.post(f"/staff/people/{things['staff_id']}/disable")
        client.post(f"/staff/events/{things['draft_id']}/publish")
        client.get(f"/staff/events/{things['event_id']}/registrations.xlsx")
        page = client.get(f"/staff/audit?lang={lang}&who={me.staff_id}").text
        told = {
            "id": ("Seorang petugas ditutup aksesnya.", "Acara diterbitkan.", "Data peserta diunduh."),
            "en": ("A colleague was shut out.", "The event was published.", "People&#39;s data was downloaded."),
        }[lang]
        assert [sentence for sentence in told if sentence not in page] == []
        nothing = client.get("/staff/audit?from=2999-01-01&to=nonsense&who=nonsense&what=x&before=x&event=x&lang=en")
        assert "Nothing found" in nothing.text


def test_the_tick_seals_what_was_done(room: Room) -> None:
    me = room.join(Role.OWNER)
    with room.visitor() as client:
        room.sign_in(client, me.email)
        client.post("/staff/brand/logo", content=b"", headers={"content-type": "multipart/form-data; boundary=x"})
        client.post("/staff/people/nonsense/role")
        things = things_of(room, room.life)
        client.post(f"/staff/people/{things['staff_id']}/disable")
    seal_trail(room.runtime)
    verdict = room.runtime.database.read(lambda session: sealing.verify(session, room.runtime.chain_key))
    assert (verdict.problems, verdict.entries) == ((), len(rows(room)))
    assert verdict.entries > 0
    assert not room.runtime.database.read(lambda session: sealing.has_unsealed(session, real_now=real_now()))


def test_a_branchs_owner_reads_about_the_branch_only(sqlite_room: Room) -> None:
    head = sqlite_room.join(Role.OWNER)
    of_branch = sqlite_room.join(Role.OWNER, sqlite_room.branch.organiser_id)

    def pages(email: str) -> str:
        with sqlite_room.visitor() as client:
            sqlite_room.sign_in(client, email)
            text: Any = client.get("/staff/audit?lang=en").text
            return str(text)

    with sqlite_room.visitor() as client:
        sqlite_room.sign_in(client, head.email)
        for life in (sqlite_room.life, sqlite_room.branch):
            things = things_of(sqlite_room, life)
            client.post(f"/staff/events/{things['draft_id']}/publish")
    assert pages(head.email).count("The event was published.") == 2
    assert pages(of_branch.email).count("The event was published.") == 1
