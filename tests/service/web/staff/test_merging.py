"""Two people in one form: nobody's text is lost, and nobody is asked about what only one of them touched."""

from __future__ import annotations

from service.web.staff.merging import Clash, merge, same

BASE = {"title_id": ["Lama"], "venue_id": ["Aula"], "waitlist": ["yes"], "topics": ["Buku", ""], "version": ["3"]}


def test_what_only_one_touched_is_kept_and_what_both_touched_is_asked() -> None:
    mine = BASE | {"title_id": ["Dari saya"], "start_code": ["PENYU"]}
    theirs = BASE | {"title_id": ["Dari mereka"], "venue_id": ["Ruang 2"], "waitlist": []}
    merged = merge(BASE, mine, theirs)
    assert merged.clashes == [Clash("title_id", ("Dari saya",), ("Dari mereka",))]
    assert merged.taken == ["venue_id", "waitlist"]
    assert merged.values == {
        "title_id": ("Dari saya",),
        "venue_id": ("Ruang 2",),
        "waitlist": (),
        "topics": ("Buku",),
        "start_code": ("PENYU",),
        "version": ["3"],
    }


def test_the_same_change_by_both_is_no_question() -> None:
    merged = merge(BASE, BASE | {"title_id": ["Baru"]}, BASE | {"title_id": ["Baru"]})
    assert (merged.clashes, merged.taken, merged.values["title_id"]) == ([], [], ("Baru",))


def test_without_knowing_what_was_before_every_difference_is_asked() -> None:
    merged = merge(None, BASE, BASE | {"venue_id": ["Ruang 2"], "end_code": ["BAKAU"]})
    assert merged.clashes == [Clash("venue_id", ("Aula",), ("Ruang 2",)), Clash("end_code", (), ("BAKAU",))]
    assert merged.values["venue_id"] == ("Aula",)


def test_an_empty_field_and_none_are_the_same_and_so_are_line_breaks() -> None:
    assert same({"a": ["x\r\ny"], "b": [""], "version": ["1"]}, {"a": ["x\ny"], "c": [" "], "version": ["2"]})
    assert not same({"a": ["x"]}, {"a": ["x", "y"]})
