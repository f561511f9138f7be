"""Pages and API are two doors of one house: what opens one opens the other, or it is written here why not.

A use-case is a public function of the core, of notifications, certificates, accounts or queues that takes a writing
session. It is reachable from a door if a module there names it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import service.api
import service.web

ROOMS = ("events", "notifications", "certificates", "service.accounts", "service.queues")

_CLOCK = "the clock does it by itself; programs may be earlier, the pages need no button"
_BROWSER = "about browsers and their sessions; programs carry tokens"
_LOCKS = "about the locks of a person's own account, which no program should open or change"

ONLY_API = {
    "events.drafts.lifecycle.archive": _CLOCK,
    "events.drafts.lifecycle.close_survey": _CLOCK,
    "events.drafts.lifecycle.end": _CLOCK,
    "events.drafts.lifecycle.start": _CLOCK,
    "service.accounts.tokens.note_use": "about tokens themselves; browsers carry sessions",
}
_TYPING = "about text that somebody is typing into a page"

_OWN_PLACE = "people change their own place on their own page; programs act for staff, who cancel and register anew"
_GUARDIAN = "a guardian answers in person, on a page that says what they agree to"
_LOOKED_AT = "somebody looks at names and says who is who; programs note attendance by registration"
_PARTNER = "a partner does it in person, by an own link and without a token"

ONLY_PAGES = {
    "notifications.posts.connecting.connect": "the owner of the account types its secret into a page, once",
    "notifications.texting.by_hand.note_told": "whoever tells somebody by hand notes it where the words stand",
    "notifications.texting.by_hand.take_back": "likewise",
    "notifications.texting.consents.give": "people ask for messages in person, on their own page or in the chat",
    "notifications.texting.consents.withdraw": "likewise",
    "notifications.suppression.suppressing.unsubscribe": "whoever got the mail does it, or their provider",
    "notifications.news.subscribing.confirm": "whoever reads the mail of the address does it, by the mailed link",
    "notifications.news.subscribing.stop": "whoever reads the mail of the address does it, by the mailed link",
    "notifications.news.subscribing.ask": "a person asks for it themselves; a program would ask for others",
    "events.partnership.allotments.fill": _PARTNER,
    "events.partnership.allotments.rename_person": _PARTNER,
    "events.partnership.allotments.withdraw_person": _PARTNER,
    "events.partnership.contributions.give": _PARTNER,
    "events.partnership.partner_files.keep": _PARTNER,
    "events.partnership.partner_reports.report": _PARTNER,
    "events.partnership.partners.note_opened": _PARTNER,
    "events.pages.partner_dates.answer_all": _PARTNER,
    "events.pages.partner_dates.answer_one": _PARTNER,
    "events.recordings.recording_consent.say": _PARTNER,
    "events.doors.door.take": "programs send batches, which `service.door_desk` takes in; so do the doors",
    "events.registrations.changing.bring_fewer": _OWN_PLACE,
    "events.registrations.changing.edit_answers": _OWN_PLACE,
    "events.registrations.changing.move_to_slot": _OWN_PLACE,
    "events.presence.attendance.stay": "a page says of itself that it is open; a program would say it of nobody",
    "events.presence.meeting_reports.choose": _LOOKED_AT,
    "events.presence.meeting_reports.keep": _LOOKED_AT,
    "events.presence.meeting_reports.take_back": _LOOKED_AT,
    "events.catalogue.feeds.make": "an address for a calendar program, shown to its owner on the own page",
    "events.catalogue.feeds.stop": "an address for a calendar program, shown to its owner on the own page",
    "events.pages.own_events.ask": _OWN_PLACE,
    "events.registrations.guardians.consent": _GUARDIAN,
    "events.registrations.guardians.refuse": _GUARDIAN,
    "events.questions.form_use.open_shared_places": "the interface cannot build forms yet",
    "events.drafts.event_templates.apply_parts": "the form of a template does it; programs send programme and visits",
    "events.drafts.working_copies.discard_working_copy": _TYPING,
    "events.drafts.working_copies.keep_working_copy": _TYPING,
    "events.questions.answer_files.keep": "a file comes with a browser's form; programs name one that was sent so",
    "service.accounts.entering.begin_code": _BROWSER,
    "service.accounts.entering.finish_with_code": _BROWSER,
    "service.accounts.entering.finish_with_passkey": _BROWSER,
    "service.accounts.entering.show_second": _BROWSER,
    "service.accounts.factors.set_rule": _LOCKS,
    "service.accounts.one_time_codes.begin": _LOCKS,
    "service.accounts.one_time_codes.confirm": _LOCKS,
    "service.accounts.one_time_codes.remove": _LOCKS,
    "service.accounts.passkeys.add": _LOCKS,
    "service.accounts.passkeys.note_use": _LOCKS,
    "service.accounts.passkeys.remove": _LOCKS,
    "service.accounts.recovery_codes.make": _LOCKS,
    "service.accounts.sessions.end_others": _BROWSER,
    "service.accounts.sessions.end_own": _BROWSER,
    "service.accounts.sessions.renew": _BROWSER,
    "service.accounts.staff.join": _BROWSER,
    "service.accounts.staff.note_failure": _BROWSER,
    "service.accounts.staff.reset_factors": _LOCKS,
    "service.accounts.steps.answer": _BROWSER,
    "service.accounts.steps.begin": _BROWSER,
    "service.accounts.steps.challenge": _BROWSER,
    "service.accounts.throttling.forgive": _BROWSER,
    "service.accounts.sessions.close": _BROWSER,
    "service.accounts.sessions.touch": _BROWSER,
    "service.accounts.staff.begin_sign_in": _BROWSER,
    "service.accounts.staff.change_password": "a person types the old password, which no program should see",
    "service.accounts.staff.finish_sign_in": _BROWSER,
}


def use_cases() -> set[str]:
    """Return the names of all public functions that take a writing session first."""
    found: set[str] = set()
    for room in ROOMS:
        package = importlib.import_module(room)
        inside = pkgutil.walk_packages(getattr(package, "__path__", []), f"{room}.")
        for name in [room, *(each.name for each in inside)]:
            module = importlib.import_module(name)
            found |= {
                f"{name}.{function.__name__}"
                for function in vars(module).values()
                if inspect.isfunction(function) and function.__module__ == name and _writes(function)
            }
    return found


def _writes(function: object) -> bool:
    if not inspect.isfunction(function) or function.__name__.startswith("_"):
        return False
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and first.name == "session" and first.annotation == "Session"


def named_in(folder: Path) -> set[str]:
    """Return the full names of everything that a folder's modules import and use."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        origin = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in origin:
                found.add(origin[node.id])
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in origin:
                found.add(f"{origin[node.value.id]}.{node.attr}")
    return found


def test_no_use_case_is_behind_one_door_only_without_a_reason() -> None:
    known = use_cases()
    on_pages, in_api = (known & named_in(Path(door.__path__[0])) for door in (service.web, service.api))
    assert len(on_pages & in_api) >= 30, "the search no longer finds what is there"
    assert in_api - on_pages == ONLY_API.keys()
    assert on_pages - in_api == ONLY_PAGES.keys()
