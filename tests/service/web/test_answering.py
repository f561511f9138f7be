"""An event's own questions over HTTP, without JavaScript: every kind, files, errors at their fields, tampering."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from events.drafts import lifecycle
from events.models import AnswerFile, Registration
from events.questions import forms
from events.questions.form_document import FormDocument, Question
from events.storage import LocalizedText
from service.wiring import Runtime
from tests.support.documents import EVERY_KIND, GOOD_ANSWERS, LETTER, PHOTOS, ROLE, WORKSHOPS, pdf, picture
from tests.support.life import NOW, Life
from tests.support.site import words

GOOD = {"name": "Ma'ruf", "email": "maruf@gmail.com", "consent": "yes", "key": "0123456789abcdef", "form_revision": "1"}
NOT_SENT = ("", b"", "application/octet-stream")
"""What browsers send for a file field that was left empty."""


def _open(life: Life, document: FormDocument = EVERY_KIND, **more: Any) -> tuple[uuid.UUID, str]:
    event_id = life.webinar()
    life.do(forms.save, event_id, document, **more)
    return event_id, f"/events/perpustakaan-batam/{life.event(event_id).slug}/register"


def _send(client: TestClient[Any], path: str, **changes: Any) -> httpx.Response:
    file = changes.pop("file", NOT_SENT)
    fields = {**GOOD, **GOOD_ANSWERS, **changes}
    return client.post(path, data=fields, files={"answers.letter": file})


def _errors(answer: httpx.Response) -> dict[str, str]:
    found = re.findall(r'id="error-([^"]+)">.*?</span>(.*?)</p>', answer.text)
    return {name: unescape(message) for name, message in found}


def _registrations(life: Life) -> list[Registration]:
    return list(life.database.read(lambda session: session.scalars(sa.select(Registration)).all()))


def _kept(life: Life) -> list[AnswerFile]:
    return list(life.database.read(lambda session: session.scalars(sa.select(AnswerFile)).all()))


def test_every_kind_of_question_is_asked_and_answered(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    _, path = _open(life, places={("workshops", "comic"): 3})
    page = client.get(path).text
    assert 'enctype="multipart/form-data"' in page
    for said in ("Saya adalah", "Hanya jika Anda memilih “Pelajar” di atas:", "3 tempat tersisa", "(boleh kosong)"):
        assert said in unescape(page)
    answer = _send(client, path, file=("surat.pdf", pdf(), "application/pdf"))
    assert (answer.status_code, _errors(answer)) == (303, {})
    (row,), (file,) = _registrations(life), _kept(life)
    assert row.answers == {
        "role": "pupil",
        "school": "SMPN 6 Batam",
        "class": 8,
        "workshops": ["comic", "poem"],
        "why": "Suka membaca.",
        "born": "2012-08-12",
        "parent": "ibu@example.org",
        "wa": "+6281234567890",
        "letter": str(file.id),
        "photos": row.answers["photos"],
    }
    assert (row.name, row.form_revision, file.registration_id) == ("Ma'ruf", 1, row.id)
    assert (file.filename, file.content_type) == ("surat.pdf", "application/pdf")
    assert (runtime.files.get(file.storage_key)[:5], runtime.files.size(file.storage_key)) == (b"%PDF-", file.size)
    assert "2 tempat tersisa" in unescape(client.get(path).text)


def test_errors_stand_at_their_fields_and_everything_stays(client: TestClient[Any], life: Life) -> None:
    _, path = _open(life)
    bad = {
        "answers.class": "dua",
        "answers.born": "31/2/2010",
        "answers.parent": "<script>alert(1)</script>",
        "answers.wa": "12",
        "answers.photos": "",
        "name": "",
        "form_revision": "1",
    }
    answer = _send(client, path, file=("foto.png", picture(), "image/png"), **bad)
    assert answer.status_code == 422
    assert list(_errors(answer)) == [
        "name",
        "answers.class",
        "answers.born",
        "answers.parent",
        "answers.wa",
        "answers.photos",
    ]
    summary = answer.text.split('id="errors"', 1)[1].split("</ul>", 1)[0]
    named = re.findall(r'href="#field-([\w.]+)">(?:<b>([^<]+):</b>)?', summary)
    assert named[:2] == [("name", "Nama lengkap"), ("answers.class", "Kelas")]
    assert named[-1] == ("answers.photos", ""), "a consent is a sentence of its own"
    assert "<script>alert(1)" not in answer.text
    assert 'value="SMPN 6 Batam"' in answer.text
    assert re.findall(r'value="(\w+)" checked', answer.text) == ["pupil", "comic", "poem", "yes"]
    assert _registrations(life) == []
    # The picture is here already: the corrected form only names it.
    file_id = str(_kept(life)[0].id)
    assert f'value="{file_id}"' in answer.text
    assert "foto.png" in answer.text
    corrected = _send(client, path, **{"answers.letter": file_id})
    assert (corrected.status_code, _errors(corrected)) == (303, {})
    assert _kept(life)[0].registration_id == _registrations(life)[0].id


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (
            ("foto.png", b"<script>", "image/png"),
            "Kirimkan salah satu jenis ini: .jpg, .jpeg, .jfif, .png, .webp, .pdf.",
        ),
        (("surat.pdf", picture(), "application/pdf"), "Isi berkas tidak sesuai dengan namanya."),
        (("foto.jpg", picture("JPEG")[:300], "image/jpeg"), "Berkas rusak atau terkunci."),
        (("kosong.pdf", b"", "application/pdf"), "Berkas ini kosong."),
        (("besar.pdf", b"%PDF-1.7" + b"x" * 200_000, "application/pdf"), "Berkas terlalu besar."),
    ],
)
def test_a_file_that_is_refused_says_why(client: TestClient[Any], life: Life, file: Any, said: str) -> None:
    _, path = _open(life, FormDocument((LETTER,)))
    answer = client.post(path, data=GOOD, files={"answers.letter": file})
    assert answer.status_code == 422
    assert list(_errors(answer)) == ["answers.letter"]
    assert _errors(answer)["answers.letter"].startswith(said)
    assert (_registrations(life), _kept(life)) == ([], [])


def test_tampered_fields_change_nothing(client: TestClient[Any], life: Life) -> None:
    _, path = _open(life, FormDocument((ROLE, LETTER)))
    _, elsewhere = _open(life, FormDocument((LETTER,)))
    client.post(elsewhere, data={**GOOD, "name": ""}, files={"answers.letter": ("a.png", picture(), "image/png")})
    foreign = str(_kept(life)[0].id)
    for sent in (foreign, str(uuid.uuid4()), "../../etc/passwd"):
        answer = client.post(path, data={**GOOD, "answers.role": "pupil", "answers.letter": sent})
        assert (answer.status_code, list(_errors(answer))) == (422, ["answers.letter"])
        assert foreign not in answer.text
    answer = client.post(path, data={**GOOD, "answers.role": "admin"})
    assert list(_errors(answer)) == ["answers.role"]
    assert _registrations(life) == []
    unknown = {
        "answers.__class__": "x",
        "members.0.name": "x",
        "answers": "x",
        "state": "confirmed",
        "form_revision": "1",
    }
    answer = client.post(path, data={**GOOD, "answers.role": "pupil", **unknown})
    assert answer.status_code == 303
    assert [row.answers for row in _registrations(life)] == [{"role": "pupil"}]


def test_a_multipart_form_sent_twice_is_one_registration(client: TestClient[Any], life: Life) -> None:
    _, path = _open(life)
    letter = ("surat.pdf", pdf(), "application/pdf")
    places = {_send(client, path, file=letter).headers["location"] for _ in range(3)}
    assert len(places) == 1
    assert len(_registrations(life)) == 1


def test_a_choice_that_filled_up_is_told_at_its_question(client: TestClient[Any], life: Life) -> None:
    _, path = _open(life, FormDocument((WORKSHOPS,)), places={("workshops", "comic"): 1})
    assert client.post(path, data={**GOOD, "answers.workshops": "comic"}).status_code == 303
    second = {**GOOD, "email": "budi@gmail.com", "key": "another-key-0001", "answers.workshops": "comic"}
    answer = client.post(path, data=second)
    assert answer.status_code == 422
    assert _errors(answer) == {"answers.workshops": "Pilihan ini sudah penuh. Silakan pilih yang lain."}
    assert re.findall(r'value="comic" disabled', answer.text) == ['value="comic" disabled']
    assert client.post(path, data={**second, "answers.workshops": "poem"}).status_code == 303
    assert len(_registrations(life)) == 2


def test_who_opened_the_form_before_it_changed_is_asked_again_only_where_it_matters(
    client: TestClient[Any], life: Life
) -> None:
    event_id, path = _open(life, FormDocument((ROLE, PHOTOS)))
    life.do(forms.save, event_id, FormDocument((ROLE, PHOTOS, WORKSHOPS)), now=NOW)
    answers = {**GOOD, "answers.role": "pupil", "answers.photos": "yes"}
    assert client.post(path, data=answers).status_code == 303
    assert [row.form_revision for row in _registrations(life)] == [2]
    other = Question(id="photos", kind=PHOTOS.kind, required=True, label=LocalizedText("Saya boleh direkam."))
    life.do(forms.save, event_id, FormDocument((ROLE, other)), now=NOW)
    late = {**answers, "email": "budi@gmail.com", "key": "another-key-0001"}
    for seen in ("1", "77", "x", ""):
        answer = client.post(path, data={**late, "form_revision": seen})
        assert answer.status_code == 422
        assert "Pertanyaannya berubah saat Anda mengisi." in answer.text
        assert 'value="pupil" checked' in answer.text
    assert client.post(path, data={**late, "form_revision": "3"}).status_code == 303


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=b", b"--b\r\nbroken", 400),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--b--',
            400,
        ),
        ("application/x-www-form-urlencoded", b"answers.why=" + b"x" * 2_000_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(4000)), 400),
        ("application/json", b"{}", 422),
    ],
)
def test_broken_forms_get_a_clear_answer(
    client: TestClient[Any], life: Life, content_type: str, body: bytes, status: int
) -> None:
    _, path = _open(life)
    answer = client.post(path, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert (_registrations(life), _kept(life)) == ([], [])


def test_people_get_their_own_file_back_and_nobody_elses(client: TestClient[Any], life: Life) -> None:
    _, path = _open(life, FormDocument((LETTER,)))
    letter = ("surat.pdf", pdf(), "application/pdf")
    own = client.post(path, data=GOOD, files={"answers.letter": letter}).headers["location"].split("?")[0]
    other = {**GOOD, "email": "budi@gmail.com", "key": "another-key-0001"}
    elsewhere = client.post(path, data=other).headers["location"].split("?")[0]
    (file,) = _kept(life)
    answer = client.get(f"{own}/files/{file.id}")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert client.get(f"{elsewhere}/files/{file.id}").status_code == 404
    assert client.get(f"{own}x/files/{file.id}").status_code == 404


def test_who_holds_the_last_place_of_a_choice_keeps_it_when_answering_anew(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    event_id, path = _open(life, FormDocument((WORKSHOPS, LETTER)), places={("workshops", "comic"): 1})
    letter = ("surat.pdf", pdf(), "application/pdf")
    made = client.post(path, data={**GOOD, "answers.workshops": "comic"}, files={"answers.letter": letter})
    own = made.headers["location"].split("?")[0]
    page = client.get(f"{own}/answers").text
    assert re.findall(r'value="comic"( \w+)>', page) == [" checked"]
    (file,) = _kept(life)
    assert f'href="{own}/files/{file.id}"' in page
    changed = {"name": "Ma'ruf", "answers.workshops": ["comic", "poem"], "answers.letter": str(file.id)}
    assert client.post(f"{own}/answers", data=changed).status_code == 303
    (row,) = _registrations(life)
    assert row.answers == {"workshops": ["comic", "poem"], "letter": str(file.id)}
    (pool,) = life.database.read(lambda session: forms.places(session, event_id)).values()
    assert (pool.taken, pool.sellable) == (1, 1)


def test_who_comes_too_late_is_told_so_and_leaves_no_file(client: TestClient[Any], life: Life) -> None:
    event_id, path = _open(life)
    life.do(lifecycle.close_registration, event_id)
    answer = _send(client, path, file=("surat.pdf", pdf(), "application/pdf"))
    assert answer.status_code == 409
    assert "Pendaftaran sudah ditutup." in words(answer.text)
    assert (_registrations(life), _kept(life)) == ([], [])
