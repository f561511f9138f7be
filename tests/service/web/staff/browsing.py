"""Staff at a browser: who they are, and how they sign in."""

from __future__ import annotations

from playwright.sync_api import Page

from service.accounts.models import Role
from service.clock import real_now
from tests.service.accounts.people import PASSWORD, People
from tests.support.site import Site


def colleague(site: Site, role: Role) -> str:
    """Take somebody on in the site's library, and return their address."""
    people = People(site.runtime.database)
    owner = people.first_owner(real_now=real_now())
    return people.join(owner, site.life.organiser_id, role, real_now=real_now(), name=role.value).email


def sign_in(page: Page, site: Site, email: str) -> None:
    """Sign in and come to the overview."""
    page.goto(f"{site.url}/staff/sign-in")
    fill_in(page, email)
    page.wait_for_url(f"{site.url}/staff")


def fill_in(page: Page, email: str) -> None:
    """Fill in and send the form that is open."""
    page.fill("#field-email", email)
    page.fill("#field-password", PASSWORD)
    page.click("main button[type=submit]")
