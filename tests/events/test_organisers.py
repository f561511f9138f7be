"""Libraries and their branches: one level deep, a brand that stands in until the branch has its own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from events import organisers
from events.catalogue.houses import houses
from events.errors import Invalid
from events.models import Organiser
from events.storage import LocalizedText, Session, Transactions
from tests.support.life import NOW, add_organiser

GREEN = {"primary": "#0b4f3c", "accent": "#f2a541", "paper": "#ffffff", "ink": "#101010"}


def add_branch(session: Session, parent_id: uuid.UUID, slug: str = "cabang-nongsa", **changes: Any) -> uuid.UUID:
    name = LocalizedText("Perpustakaan Cabang Nongsa")
    return organisers.add_organiser(session, slug=slug, name=name, parent_id=parent_id, now=NOW, **changes)


def look(database: Transactions, organiser_id: uuid.UUID) -> dict[str, Any]:
    [house] = [each for each in database.read(houses) if each.id == organiser_id]
    names = (*GREEN, "tone", "logo_key", "signatory_name")
    return {name: getattr(house.brand, name) for name in names}


def test_a_branch_has_no_branches_and_no_parent_that_is_not_there(database: Transactions) -> None:
    library = database.write(add_organiser)
    branch = database.write(lambda session: add_branch(session, library))
    for parent in (branch, uuid.uuid4()):
        with pytest.raises(Invalid) as refusal:
            database.write(lambda session, parent=parent: add_branch(session, parent, "cabang-lain"))  # type: ignore[misc] # a default binds the loop's value
        assert [(error.field, error.code) for error in refusal.value.errors] == [("parent", "choice")]
    assert [house.parent_id for house in database.read(houses)] == [None, library]


def test_the_parents_brand_stands_in_where_a_branch_has_none(database: Transactions) -> None:
    library = database.write(add_organiser)
    branch = database.write(lambda session: add_branch(session, library))
    kit = {**GREEN, "tone": "young", "logo_key": "logos/a.png", "signatory_name": "Ani"}
    database.write(lambda session: organisers.set_brand(session, library, kit))
    assert look(database, branch) == look(database, library) == kit
    own = {**kit, "signatory_name": "Budi"}
    database.write(lambda session: organisers.set_brand(session, branch, own))
    database.write(lambda session: organisers.set_brand(session, library, {**kit, "primary": "#7a1f1f"}))
    assert look(database, branch) == {**kit, "primary": "#7a1f1f", "signatory_name": "Budi"}


def test_a_branchs_colours_stay_together(database: Transactions) -> None:
    """Dark ink of one's own on a dark paper that the library chose later would be read by nobody."""
    library = database.write(add_organiser)
    branch = database.write(lambda session: add_branch(session, library))
    database.write(lambda session: organisers.set_brand(session, library, GREEN))
    database.write(lambda session: organisers.set_brand(session, branch, {**GREEN, "ink": "#202020"}))
    dark = {"primary": "#f0e0a0", "accent": "#f2a541", "paper": "#101010", "ink": "#fafafa"}
    database.write(lambda session: organisers.set_brand(session, library, dark))
    shown = look(database, branch)
    assert {name: shown[name] for name in GREEN} == {**GREEN, "ink": "#202020"}


def test_a_branchs_look_is_there_after_its_session_is_closed(database: Transactions) -> None:
    """Mails are drawn outside any transaction."""
    library = database.write(add_organiser)
    branch = database.write(lambda session: add_branch(session, library))
    database.write(lambda session: organisers.set_brand(session, library, GREEN))
    found = database.read(lambda session: session.get(Organiser, branch))
    assert found is not None
    assert found.look == GREEN
