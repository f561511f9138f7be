"""Is the machine fit: libraries, pages, room for files, the clock, the address under which people reach it?"""

from __future__ import annotations

import ctypes
import shutil
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from service.clock import real_now
from service.doctor.findings import Finding, Verdict, good
from service.wiring import Runtime

LOW_DISK = 1 << 30
"""Below one gibibyte free, a recording or the database may not fit any more."""
MANIFEST = Path(__file__).parents[1] / "web" / "static" / "manifest.json"
"""Written by the build of styles and scripts."""


def check_pango(_runtime: Runtime) -> Finding:
    """Certificates and posters are drawn by WeasyPrint, which needs Pango."""
    try:
        ctypes.CDLL("libpango-1.0.so.0")
    except OSError:
        mend = "Install it: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
        return Finding("Pango", Verdict.BAD, "The library is missing; no certificate can be drawn.", mend)
    return good("Pango", "The library that draws certificates and posters is there.")


def check_font_subsetting(_runtime: Runtime) -> Finding:
    """Without HarfBuzz's subsetter a certificate takes about five times as long (decision 9)."""
    try:
        ctypes.CDLL("libharfbuzz-subset.so.0")
    except OSError:
        mend = "Install it: apt-get install libharfbuzz-subset0"
        return Finding("font subsetting", Verdict.NOTE, "HarfBuzz's subsetter is missing; certificates are slow.", mend)
    return good("font subsetting", "HarfBuzz's subsetter is there.")


def check_pages(_runtime: Runtime) -> Finding:
    """Styles and scripts are built from npm packages, once, before the service starts."""
    if not MANIFEST.exists():
        mend = "Run: make install (it builds them with Node from a Python package)."
        return Finding("pages", Verdict.BAD, "Styles and scripts have not been built.", mend)
    return good("pages", "Styles and scripts are built.")


def check_disk(runtime: Runtime) -> Finding:
    """Is there room in the data folder?"""
    free = shutil.disk_usage(runtime.settings.data_dir).free
    if free < LOW_DISK:
        mend = "Make room, or set ACARA_DATA_DIR and ACARA_FILES_URL to a larger place."
        return Finding("disk", Verdict.BAD, f"Only {free >> 20} MiB are free in the data folder.", mend)
    return good("disk", f"{free >> 30} GiB are free in the data folder.")


def check_files(runtime: Runtime) -> Finding:
    """Can a file be written, read and removed where files are kept?"""
    key = "doctor/probe"
    runtime.files.put(key, b"probe", content_type="text/plain")
    same = runtime.files.get(key) == b"probe"
    runtime.files.delete(key)
    if not same:
        return Finding(
            "files", Verdict.BAD, "A file came back changed.", "Check the disk or bucket at ACARA_FILES_URL."
        )
    return good("files", f"{urlsplit(runtime.settings.files_address)._replace(query='').geturl()} can be written.")


def check_clock(runtime: Runtime) -> Finding:
    """Do this machine and the database agree on what time it is? Reminders and leases depend on it."""
    if runtime.settings.clock_file is not None:
        mend = "Unset ACARA_CLOCK_FILE unless this is the demonstration."
        return Finding("clock", Verdict.NOTE, "The business clock is moved by a file.", mend)
    if runtime.database.is_sqlite:
        return good("clock", f"It is {real_now():%Y-%m-%d %H:%M} UTC here.")
    theirs = runtime.database.read(lambda session: session.scalar(sa.select(sa.func.clock_timestamp())))
    apart = abs(real_now() - theirs)
    if apart > timedelta(seconds=5):
        found = f"This machine and the database are {apart.total_seconds():.0f} s apart."
        return Finding("clock", Verdict.BAD, found, "Run an NTP client on both, for example systemd-timesyncd.")
    return good("clock", "This machine and the database agree.")


def check_address(runtime: Runtime) -> Finding:
    """Would the links in mails lead anywhere?"""
    settings = runtime.settings
    host = urlsplit(settings.base_url).hostname
    if host in ("localhost", "127.0.0.1"):
        mend = "Set ACARA_BASE_URL to the address under which people reach the service."
        return Finding("address", Verdict.NOTE, f"Links in mails begin with {settings.base_url}.", mend)
    if not settings.secure_cookies:
        mend = "Put a reverse proxy with TLS in front and set ACARA_BASE_URL to https://…"
        return Finding("address", Verdict.BAD, f"{settings.base_url} is not encrypted.", mend)
    return good("address", f"Links begin with {settings.base_url}.")
