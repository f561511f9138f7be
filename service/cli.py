"""The command line: `acara serve`, `work`, `migrate`, `settings`, `facts`, `audit verify`, `doctor`, `demo` …

Commands import what they need when they run, so that `acara --help` answers at once.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError

if TYPE_CHECKING:
    from service.wiring import Runtime


def _runtime() -> Runtime:
    from service.logs import configure
    from service.settings import Settings
    from service.wiring import Runtime

    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "ACARA_" + "_".join(str(part) for part in problem["loc"]).upper()
            click.echo(f"{name}: {problem['msg']}", err=True)
        sys.exit(2)
    configure(settings)
    return Runtime(settings)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="acara")
def main() -> None:
    """Acara runs a library's webinars and exhibitions from first draft to the last certificate."""


@main.command()
def serve() -> None:
    """Answer requests; without a broker also work off every queue."""
    # Nothing that is loaded at the start is garbage, and looking for some takes an eighth of that time.
    # `service.processes.running` turns it on again.
    gc.disable()
    from sqlalchemy.exc import DBAPIError

    from service.database.outages import Unavailable, reason_of
    from service.processes.running import serve as run

    runtime = _runtime()
    try:
        run(runtime)
    except (Unavailable, DBAPIError) as error:
        raise click.ClickException(
            f"The database says: {reason_of(error)}. Run `acara migrate`, or ask `acara doctor`."
        ) from error
    finally:
        runtime.close()


@main.command()
@click.option("--queues", default="", help="Comma-separated; all when left out.")
def work(queues: str) -> None:
    """Work off the queues of a broker."""
    from service.broker import QUEUES
    from service.processes.running import work as run

    wanted = tuple(name.strip() for name in queues.split(",") if name.strip()) or QUEUES
    unknown = set(wanted) - set(QUEUES)
    if unknown:
        raise click.UsageError(f"No such queue: {', '.join(sorted(unknown))}. There are: {', '.join(QUEUES)}.")
    runtime = _runtime()
    try:
        run(runtime, wanted)
    finally:
        runtime.close()


@main.command()
def migrate() -> None:
    """Bring the database's tables to this version; safe to run as often, and by as many processes, as you like."""
    from service.migrations import current
    from service.migrations import migrate as run

    runtime = _runtime()
    address = runtime.settings.database_address
    runtime.close()
    before = current(address)
    run(address)
    after = current(address)
    click.echo(f"The database is at revision {after}." if before == after else f"Migrated to revision {after}.")


@main.command("settings")
def show_settings() -> None:
    """Print every setting: its variable, its value (secrets masked) and its meaning."""
    from service.concealing import concealer
    from service.settings import Settings

    settings = Settings()
    conceal = concealer(settings)
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        click.echo(conceal(f"ACARA_{name.upper()} = {'' if value is None else value}"))
        click.echo(f"    {field.description}")


@main.command()
@click.option("--event", default=None, help="Only the facts of this event id.")
@click.option("--limit", default=200, show_default=True, help="The most recent so many.")
def facts(event: str | None, limit: int) -> None:
    """Print the fact log, oldest first, one JSON line a fact."""
    import uuid

    import sqlalchemy as sa

    from events.outbox import FactRow

    runtime = _runtime()
    query = sa.select(FactRow).order_by(FactRow.id.desc()).limit(limit)
    if event is not None:
        query = query.where(FactRow.event_id == uuid.UUID(event))
    for row in reversed(runtime.database.read(lambda session: session.scalars(query).all())):
        line = {"at": row.recorded_at.isoformat(), "fact": row.name, "by": row.by, "settled": bool(row.settled_at)}
        click.echo(json.dumps(line | row.payload, ensure_ascii=False))
    runtime.close()


@main.group()
def audit() -> None:
    """The audit trail: every act of staff, chained so that a change afterwards shows."""


@audit.command()
@click.option(
    "--expect", default="", help="What an earlier run printed as the chain's end: it must still be part of it."
)
def verify(expect: str) -> None:
    """Check the whole chain and the facts that it vouches for. Ends with 1 if anything was changed or removed."""
    from service.accounts import sealing

    runtime = _runtime()
    verdict = runtime.database.read(lambda session: sealing.verify(session, runtime.chain_key))
    problems = list(verdict.problems)
    if expect and not runtime.database.read(lambda session: sealing.contains(session, expect)):
        problems.append(f"{expect} is not part of the chain: its end was cut off, or replaced by an older one")
    runtime.close()
    for problem in problems:
        click.echo(f"✗ {problem}")
    click.echo(f"{verdict.entries} entries and {verdict.facts} facts checked; the chain ends at {verdict.head}")
    sys.exit(1 if problems else 0)


@main.command()
def doctor() -> None:
    """Say in plain words what is missing or wrong, and how to mend it. Ends with 1 if something is bad."""
    from rich.console import Console

    from service.doctor.examining import examine
    from service.doctor.findings import Verdict

    marks = {Verdict.GOOD: "[green]✓[/]", Verdict.NOTE: "[yellow]•[/]", Verdict.BAD: "[red]✗[/]"}
    console = Console(highlight=False, soft_wrap=True)
    runtime = _runtime()
    bad = 0
    for finding in examine(runtime):
        console.print(f"{marks[finding.verdict]} [bold]{finding.subject}[/]  ", end="")
        console.print(finding.found, markup=False)
        if finding.mend:
            console.print(f"    → {finding.mend}", markup=False)
        bad += finding.verdict is Verdict.BAD
    runtime.close()
    sys.exit(1 if bad else 0)


@main.command("dkim-key")
@click.option("--algorithm", type=click.Choice(["rsa", "ed25519"]), default="rsa", help="RSA is known everywhere.")
def dkim_key(algorithm: str) -> None:
    """Make the key that signs mail, and say what to put in DNS. A key that is there already is left alone."""
    from service.mail_signing import keep_new_key, record_name
    from service.settings import Settings

    settings = Settings()
    try:
        path, record = keep_new_key(settings, algorithm)
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} is there already; set another ACARA_DKIM_SELECTOR.") from error
    click.echo(f"1. Put this TXT record into DNS, under {record_name(settings)}:\n\n{record}\n")
    click.echo(f"2. Then set ACARA_DKIM_KEY={path} and start Acara again.")


@main.command()
def inbound() -> None:
    """Take in one e-mail from standard input: for a mail server that pipes, where no mailbox is read.

    Ends with 0 once it is kept (also if it was known), with 75 (EX_TEMPFAIL) where the server should try again.
    """
    from notifications.inbox.message import MOST_BYTES
    from service.database.outages import Unavailable
    from service.mail.inbox_reader import receive

    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    while sys.stdin.buffer.read(1 << 16):  # a mail server takes a pipe that breaks for a failure
        pass
    runtime = _runtime()
    try:
        receive(runtime, raw)
    except Unavailable as error:
        click.echo(str(error), err=True)
        sys.exit(os.EX_TEMPFAIL)
    finally:
        runtime.close()


@main.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take the second factor from a member of staff who lost it, where no owner is left to do it on the page."""
    import sqlalchemy as sa
    from sqlalchemy.orm import Session

    from service.accounts import factors
    from service.accounts.invitations import account_key
    from service.accounts.models import Staff

    runtime = _runtime()
    now = runtime.clock.now()

    def reset(session: Session) -> bool:
        member = session.scalar(sa.select(Staff).where(Staff.email == account_key(email)))
        if member is not None:
            factors.reset(session, member, now=now, by="cli")
        return member is not None

    found = runtime.database.write(reset)
    runtime.close()
    if not found:
        raise click.ClickException("Nobody signs in with that address.")
    click.echo("Done: the password alone is enough until a second factor is set up again.")


@main.group()
def youtube() -> None:
    """The connection to the library's YouTube channel."""


@youtube.command()
@click.option("--organiser", default=None, help="Its address part; not needed where there is only one.")
@click.option("--paste", is_flag=True, help="Paste the address that the browser ends at; works over ssh.")
def connect(organiser: str | None, paste: bool) -> None:
    """Ask for consent to upload, once; the token is kept encrypted."""
    import sqlalchemy as sa

    from events.errors import Refused
    from events.models import Organiser
    from service.processes.uploads import google_project
    from service.youtube.connection import connect as run

    runtime = _runtime()
    project = google_project(runtime.settings)
    if project is None:
        raise click.ClickException("Set ACARA_YOUTUBE_CLIENT_ID and ACARA_YOUTUBE_CLIENT_SECRET first.")
    wanted = sa.select(Organiser.id).where(Organiser.slug == organiser) if organiser else sa.select(Organiser.id)
    found = runtime.database.read(lambda session: session.scalars(wanted).all())
    if len(found) != 1:
        raise click.ClickException("Say which organiser with --organiser.")
    try:
        channel = run(
            runtime.database,
            project,
            secrets=runtime.secrets,
            organiser_id=found[0],
            now=runtime.clock.now(),
            say=lambda url: click.echo(f"Open this address in a browser and agree:\n\n  {url}\n"),
            ask=(lambda _: str(click.prompt("Paste the address that the browser ended at"))) if paste else None,
        )
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Connected to the channel “{channel}”.")
    runtime.close()


@main.command("whatsapp-templates")
@click.option("--submit", is_flag=True, help="Hand in what is not known there yet.")
def whatsapp_templates(submit: bool) -> None:
    """Show which wordings WhatsApp has approved, and hand them in: only approved ones can be sent."""
    from notifications.channels.protocol import NotSent, Rejected, Unclear
    from notifications.texting.wording import WORDS, template_name
    from service.texters import whatsapp

    settings = _runtime().settings
    if not (settings.whatsapp_phone_id and settings.whatsapp_token and settings.whatsapp_account_id):
        raise click.ClickException("ACARA_WHATSAPP_PHONE_ID, _TOKEN and _ACCOUNT_ID are needed.")
    texter = whatsapp(settings, settings.whatsapp_phone_id)
    try:
        known = {(each.name, each.language): each.status for each in texter.templates()}
        for kind in WORDS:
            for locale in WORDS[kind]:
                name = template_name(kind)
                status = known.get((name, locale))
                if status is None:
                    status = texter.submit(kind, locale) if submit else "not handed in"
                click.echo(f"{name:40} {locale}  {status}")
    except (NotSent, Rejected, Unclear) as error:
        raise click.ClickException(f"WhatsApp: {error}") from error
    finally:
        texter.close()


@main.command()
@click.option("--folder", default="var/demo", show_default=True, help="Emptied first; everything ends up here.")
@click.option("--port", default=8000, show_default=True, help="Where the site is served; 0 lets the system choose.")
@click.option("--exit", "exit_after", is_flag=True, help="End after the summary instead of serving on.")
def demo(folder: str, port: int, exit_after: bool) -> None:
    """Play the whole life of a webinar and an exhibition, against stand-ins on this machine."""
    from pathlib import Path

    from service.demo.driver import run, wants_to_serve

    sys.exit(run(Path(folder).absolute(), port=port, serve=wants_to_serve(exit_after)))


if __name__ == "__main__":
    main()
