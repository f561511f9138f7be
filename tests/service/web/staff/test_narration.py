"""Every fact of an event has its sentence on the timeline, and every sentence its fact."""

from __future__ import annotations

from service.accounts import audit
from service.accounts import facts as account_facts
from service.accounts.permissions import Action
from service.reactions import FACTS
from service.web.staff.acts import ACTIONS, OF_STAFF
from service.web.staff.narration import _LINES


def test_every_fact_of_an_event_has_a_sentence() -> None:
    of_accounts = {name for name, kind in FACTS.items() if kind.__module__ == account_facts.__name__}
    assert set(_LINES) == set(FACTS) - of_accounts - {"Fact"}
    assert set(OF_STAFF) == of_accounts


def test_every_kind_of_act_has_a_name() -> None:
    assert set(ACTIONS) == {*Action, audit.SIGN_IN, audit.SIGN_IN_FAILED, audit.SIGN_OUT}
