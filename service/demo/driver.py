"""`acara demo`: sets the theatre, plays, compares, and keeps the doors open for those who want to look around."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from events import organisers
from events.storage import LocalizedText, Session
from service.accounts import invitations, passwords, tokens
from service.accounts.permissions import Action
from service.clock import real_now
from service.demo.library import load_library
from service.demo.play import Play
from service.demo.promotion import connect_youtube, tend_posts
from service.demo.summary import compare
from service.demo.theatre import DidNotHappenError, Theatre
from service.demo.visitor import UnexpectedAnswerError, Visitor
from service.migrations import migrate

PASSWORD = "bunga-melati-2026"  # noqa: S105 - the demonstration's, printed on the terminal
EMAIL = "kepala@perpustakaan.batam.example"


def run(folder: Path, *, port: int, serve: bool, afterwards: Callable[[Play], None] | None = None) -> int:
    """Play everything and return the exit code: 0 only if everything that should have arrived did.

    `afterwards` is called while the service still runs, for those who want more of the play than its summary.
    """
    console = Console(highlight=False, soft_wrap=True)
    begins_at = real_now() + timedelta(hours=1)
    with Theatre(folder, port=port, begins_at=begins_at) as theatre:
        migrate(theatre.settings.database_address)
        staff = Visitor(theatre.url, _found_library(theatre))
        connect_youtube(theatre)
        theatre.start_service()
        console.print(f"[bold]Acara[/] serves at {theatre.url}. The play begins; it takes a minute or two.")
        console.print("Mail, YouTube and Mastodon are stand-ins on this machine: nothing leaves it.\n")
        play = Play(theatre, staff, begins_at=begins_at, say=console.print)
        try:
            for act in (play.draft, play.register_crowd, play.cancel_some, play.move, play.hold_exhibition):
                act()
                tend_posts(play)
            for act in (play.hold_webinar, play.prove):
                act()
                tend_posts(play)
            play.rest()
        except (DidNotHappenError, UnexpectedAnswerError) as problem:
            console.print(f"\n[red]This did not happen:[/] {problem}\nThe service's log: {theatre.log}")
            return 1
        right = _show(console, play)
        if afterwards is not None:
            afterwards(play)
        if serve:
            _wait(console, theatre)
    return 0 if right else 1


def _found_library(theatre: Theatre) -> str:
    """Make the library, its owner and a token, as an installation's first hour does; return the token."""
    library = load_library()["organiser"]
    password_hash = passwords.hash_password(PASSWORD)
    now = theatre.clock.now()

    def use_case(session: Session) -> str:
        organisers.add_organiser(
            session,
            slug="perpustakaan-batam",
            name=LocalizedText(**library["name"]),
            address=LocalizedText(**library["address"]),
            email="perpustakaan@batam.example",
            phone="+62778123456",
            brand=library["brand"],
            now=now,
        )
        link = invitations.invite_owner(session, now=now, real_now=real_now())
        newcomer = invitations.Newcomer(name="Rosmala Hidayati", email=EMAIL, password_hash=password_hash)
        owner = invitations.accept(session, link or "", newcomer, now=now, real_now=real_now())
        scopes = [action.value for action in Action]
        return tokens.create(session, owner, name="demo", scopes=scopes, now=now, real_now=real_now())

    return theatre.runtime.database.write(use_case)


def _show(console: Console, play: Play) -> bool:
    """Print the comparison and where everything is; return whether it is all right."""
    table = Table(title="What should have happened, and what did", title_justify="left")
    table.add_column("")
    table.add_column("expected", justify="right")
    table.add_column("found", justify="right")
    table.add_column("")
    lines = compare(play)
    for line in lines:
        table.add_row(line.what, str(line.expected), str(line.found), "[green]✓[/]" if line.right else "[red]✗[/]")
    console.print()
    console.print(table)
    folder = play.theatre.folder
    mails = folder / "mails"
    mails.mkdir(exist_ok=True)
    for number, delivered in enumerate(play.theatre.mail.delivered, 1):
        (mails / f"{number:04}-{delivered.recipients[0]}.eml").write_bytes(delivered.content)
    console.print(f"Mails with their calendar entries: {mails}")
    console.print(f"Certificates, posters and the recording: {folder / 'var' / 'files'}")
    console.print(f"The service's log: {play.theatre.log}")
    return all(line.right for line in lines)


def _wait(console: Console, theatre: Theatre) -> None:
    """Keep serving until Ctrl-C or SIGTERM."""
    console.print(f"\nLook around: [bold]{theatre.url}[/]   (end with Ctrl-C)")
    console.print(f"Staff: {theatre.url}/staff   e-mail {EMAIL}   password {PASSWORD}")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] # the handler ignores both
    stop.wait()


def wants_to_serve(exit_after: bool) -> bool:
    """Tell whether to keep serving after the summary: not with ``--exit`` or ``ACARA_DEMO_SERVE=0``."""
    return not exit_after and os.environ.get("ACARA_DEMO_SERVE", "1") != "0"
