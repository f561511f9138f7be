"""The mailbox: the .eml files that stand in for a mail relay, in embedded and demonstration installations only.

A mail's HTML is shown in a frame that runs nothing and loads nothing, from a page with a policy of its own.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import anyio.to_thread
from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from events.errors import NotFound
from service.accounts.permissions import Action
from service.web.pages import Request
from service.web.staff.desk import Desk, desk_of, page_number, plain

PER_PAGE = 40
_READ_AT_MOST = 2000
"""Files looked through for a search: this is a place to try things out, not an archive."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as lists and pages show it."""

    name: str
    to: str
    subject: str
    at: datetime | None
    text: str = ""
    has_html: bool = False
    parts: list[str] = field(default_factory=list[str])


async def _folder(desk: Desk) -> Path:
    """Return where the mails lie. One folder holds every library's: who belongs to one of several sees none of it."""
    settings = desk.runtime.settings
    shared = desk.identity.organiser_id is not None and len(await desk.pages.houses()) > 1
    if not settings.mailbox_page or settings.smtp_url is not None or shared:
        raise NotFound
    return settings.mail_dir


def _names(folder: Path) -> list[str]:
    return sorted((path.name for path in folder.glob("*.eml")), reverse=True) if folder.is_dir() else []


def _read(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return email.message_from_binary_file(file, policy=email.policy.default)


def _letter(path: Path, *, whole: bool = False) -> Letter:
    message = _read(path)
    date = message["date"]
    letter = Letter(
        name=path.name,
        to=str(message["to"] or ""),
        subject=str(message["subject"] or ""),
        at=getattr(date, "datetime", None),
    )
    if not whole:
        return letter
    plain_part, html_part = message.get_body(("plain",)), message.get_body(("html",))
    return Letter(
        letter.name,
        letter.to,
        letter.subject,
        letter.at,
        text=str(plain_part.get_content()) if plain_part else "",
        has_html=html_part is not None,
        parts=[f"{part.get_content_type()} {part.get_filename() or ''}".strip() for part in message.walk()],
    )


def _listed(folder: Path, text: str, number: int) -> tuple[list[Letter], int]:
    names = _names(folder)
    if not text:
        shown = names[(number - 1) * PER_PAGE : number * PER_PAGE]
        return [_letter(folder / name) for name in shown], len(names)
    letters = [_letter(folder / name) for name in names[:_READ_AT_MOST]]
    found = [each for each in letters if text.casefold() in f"{each.to} {each.subject}".casefold()]
    return found[(number - 1) * PER_PAGE : number * PER_PAGE], len(found)


@get("/staff/mailbox", action=Action.VIEW_MAILBOX, include_in_schema=False)
async def list_letters(request: Request) -> Response[str]:
    """Show the mails that were written, the newest first."""
    desk = desk_of(request)
    folder = await _folder(desk)
    text, number = plain(request.query_params.get("q", ""))[:100], page_number(request)
    letters, total = await anyio.to_thread.run_sync(_listed, folder, text, number)
    return await desk.show(
        "mailbox.html", letters=letters, total=total, number=number, last=max(1, -(-total // PER_PAGE)), text=text
    )


async def _path(desk: Desk, name: str) -> Path:
    """Return the file of that name. Only names that the folder lists are files: no path leads out of it."""
    folder = await _folder(desk)
    if name not in await anyio.to_thread.run_sync(_names, folder):
        raise NotFound
    return folder / name


@get("/staff/mailbox/{name:str}", action=Action.VIEW_MAILBOX, include_in_schema=False)
async def show_letter(request: Request, name: FromPath[str]) -> Response[str]:
    """Show one mail."""
    desk = desk_of(request)
    path = await _path(desk, name)
    letter = await anyio.to_thread.run_sync(lambda: _letter(path, whole=True))
    return await desk.show("letter.html", letter=letter)


@get("/staff/mailbox/{name:str}/html", action=Action.VIEW_MAILBOX, include_in_schema=False)
async def letter_html(request: Request, name: FromPath[str]) -> Response[bytes]:
    """Send a mail's HTML for the frame: its styles are its own, scripts and foreign pictures are nobody's."""
    desk = desk_of(request)
    path = await _path(desk, name)
    message = await anyio.to_thread.run_sync(_read, path)
    part = message.get_body(("html",))
    if part is None:
        raise NotFound
    headers = {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
        ),
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store",
    }
    return Response(str(part.get_content()).encode(), media_type="text/html; charset=utf-8", headers=headers)


@get("/staff/mailbox/{name:str}/file", action=Action.VIEW_MAILBOX, include_in_schema=False)
async def letter_file(request: Request, name: FromPath[str]) -> Response[bytes]:
    """Send the mail as it is, to be opened in a mail program."""
    desk = desk_of(request)
    path = await _path(desk, name)
    body = await anyio.to_thread.run_sync(path.read_bytes)
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="message/rfc822", headers=headers)


HANDLERS = (list_letters, show_letter, letter_html, letter_file)
