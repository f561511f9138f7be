"""The brand: colours that can be read (checked before they are kept), the logo, the voice of the posts."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import get, post
from litestar.response import Response

from events import organisers
from events.brand import FONTS, READABLE, Brand, contrast, nearest
from events.catalogue.houses import House
from events.storage import Session
from service.accounts.permissions import Action, require
from service.files.logos import LOGO_BYTES, redraw
from service.inputs.desk import BrandInput
from service.web.forms import MAX_BYTES, Form, read_form
from service.web.multipart import whole_file
from service.web.pages import Request
from service.web.staff.desk import REFUSALS, Desk, check, desk_of, refused
from service.web.staff.event_forms import localized_values

_PLAIN = ("primary", "accent", "paper", "ink", "font", "signatory_name")


@get("/staff/brand", action=Action.EDIT_BRAND, include_in_schema=False)
async def show_brand(request: Request) -> Response[str]:
    """Show the brand kit and how readable it is."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    return await _brand_page(desk, house, _form_of(house))


def _form_of(house: House) -> Form:
    brand = house.brand
    plain = (*_PLAIN, "tone", "emoji", "quiet_from", "quiet_until", "post_gap")
    values: dict[str, list[str]] = {name: [str(getattr(brand, name))] for name in plain}
    values["hashtags"] = [" ".join(brand.hashtags)]
    for name in ("tagline", "address", "signatory_role"):
        text: dict[str, str] = getattr(brand, name)
        values |= {f"{name}_{locale}": [text.get(locale, "")] for locale in ("id", "en")}
    return Form(values)


_PAIRS = (
    ("ink", "paper", READABLE),
    ("primary", "paper", READABLE),
    ("accent", "primary", 3.0),
    ("accent", "paper", 3.0),
)
"""What stands on what, and the contrast that it needs: words 4.5, large figures and ornaments 3 (WCAG 2.2, 1.4.3)."""


def _pair(brand: Brand, name: str, ground: str, least: float) -> dict[str, Any]:
    """Return how readable one colour is on another, and the nearest that is where it is not."""
    colour, below = getattr(brand, name), getattr(brand, ground)
    ratio = contrast(colour, below)
    better = nearest(colour, below, least) if ratio < least else ""
    return {"name": f"{name}-{ground}", "ratio": ratio, "good": ratio >= least, "better": better}


async def _brand_page(desk: Desk, house: House, form: Form, status_code: int = 200) -> Response[str]:
    brand = house.brand
    pairs = [_pair(brand, *each) for each in _PAIRS]
    own = await desk.house()
    return await desk.show(
        "brand.html",
        house=house,
        houses=await desk.houses(),
        parent=next((each for each in await desk.pages.houses() if each.id == house.parent_id), None),
        can_add=desk.identity.organiser_id is None or (own is not None and own.parent_id is None),
        form=form,
        pairs_of_fonts=[(font, font) for font in FONTS],
        pairs=pairs,
        status_code=status_code,
    )


@post("/staff/brand", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=MAX_BYTES)
async def set_brand(request: Request) -> Response[Any]:
    """Keep the brand kit. Refuses colours that people could not read."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    form = await read_form(request)
    plain = (*_PLAIN, "tone", "emoji", "quiet_from", "quiet_until", "post_gap")
    values: dict[str, Any] = {name: form.value(name) for name in plain if form.value(name).strip()}
    values["hashtags"] = form.value("hashtags").replace(",", " ").split()
    values |= {name: localized_values(form, name) for name in ("tagline", "address", "signatory_role")}
    try:
        given = check(BrandInput, values)
        await desk.write(lambda session: _keep(session, house, given))
    except REFUSALS as refusal:
        again, status = refused(form, refusal)
        return await _brand_page(desk, house, again, status)
    return desk.go("/staff/brand", "brand", **_which(desk, house))


def _keep(session: Session, house: House, given: BrandInput) -> None:
    before = organisers.brand_settings(session, house.id)
    after = given.stored(before)
    organisers.set_brand(session, house.id, after)


@post("/staff/brand/logo", action=Action.EDIT_BRAND, include_in_schema=False, request_max_body_size=LOGO_BYTES + 10_000)
async def set_logo(request: Request) -> Response[Any]:
    """Keep a new logo: decoded and drawn anew, so that what is stored is a picture and nothing else."""
    desk = desk_of(request)
    house = await desk.chosen_house()
    require(desk.identity, Action.EDIT_BRAND, house.id)
    try:
        _, picture = await whole_file(request.headers.get("content-type", ""), request.stream())
        logo = await anyio.to_thread.run_sync(redraw, picture)
        key = logo.key(house.id)
        await anyio.to_thread.run_sync(lambda: desk.runtime.files.put(key, logo.body, content_type=logo.media_type))
        dark = request.query_params.get("ground") == "dark"
        await desk.write(lambda session: organisers.set_logo(session, house.id, key, dark=dark))
    except REFUSALS as refusal:
        again, status = refused(_form_of(house), refusal)
        return await _brand_page(desk, house, again, status)
    return desk.go("/staff/brand", "brand", **_which(desk, house))


def _which(desk: Desk, house: House) -> dict[str, str]:
    return {} if desk.identity.organiser_id == house.id else {"organiser": str(house.id)}


HANDLERS = (show_brand, set_brand, set_logo)
