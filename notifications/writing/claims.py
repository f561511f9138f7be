"""Words by which a text claims something: days, numbers in words, and promises that a library would have to keep."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from babel.dates import get_day_names, get_month_names

_AMBIGUOUS = {"en": {"may", "march", "sat", "sun", "mar", "dec", "jan"}, "id": {"sen", "sel", "mar", "des", "jan"}}
"""Names of days and months that are everyday words too, when they do not begin with a capital letter."""

RELATIVE_DAYS: Mapping[str, frozenset[str]] = {
    "id": frozenset(
        {
            *("besok", "lusa", "kemarin", "hari ini", "malam ini", "nanti malam", "pagi ini", "siang ini", "sore ini"),
            *("minggu depan", "pekan depan", "bulan depan", "tahun depan", "seminggu lagi", "sepekan lagi"),
            *("akhir pekan ini", "dua hari lagi", "tiga hari lagi", "pekan ini", "minggu ini", "bulan ini"),
        }
    ),
    "en": frozenset(
        {
            *("tomorrow", "yesterday", "today", "tonight", "this morning", "this afternoon", "this evening"),
            *("next week", "next month", "next year", "this week", "this weekend", "in a week", "in two days"),
        }
    ),
}

NUMBER_WORDS: Mapping[str, frozenset[str]] = {
    "id": frozenset(
        {
            *("dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas", "belasan"),
            *("belas", "puluh", "puluhan", "seratus", "ratus", "ratusan", "seribu", "ribu", "ribuan", "sejuta", "juta"),
            *("jutaan", "setengah", "selusin", "kedua", "ketiga", "keempat", "kelima", "pertama"),
        }
    ),
    "en": frozenset(
        {
            *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty"),
            *("thirty", "forty", "fifty", "hundred", "hundreds", "thousand", "thousands", "million", "dozen", "dozens"),
            *("half", "second", "third", "fourth", "fifth"),
        }
    ),
}

PROMISES: Mapping[str, frozenset[str]] = {
    "id": frozenset(
        {
            *("hadiah", "berhadiah", "doorprize", "door prize", "voucer", "voucher", "konsumsi", "snack", "camilan"),
            *("makan siang", "makan malam", "uang saku", "uang transpor", "beasiswa", "diskon", "potongan harga"),
            *("sertifikat", "e-sertifikat", "suvenir", "goodie bag", "kuis", "undian", "kuota internet", "rekaman"),
            *("berbayar", "biaya", "rupiah", "tiket", "tanda tangan", "live streaming", "siaran langsung"),
        }
    ),
    "en": frozenset(
        {
            *("prize", "prizes", "giveaway", "voucher", "vouchers", "lunch", "dinner", "snacks", "refreshments"),
            *("scholarship", "discount", "certificate", "certificates", "souvenir", "souvenirs", "goodie bag", "quiz"),
            *("raffle", "recording", "fee", "ticket", "tickets", "autograph", "live stream", "rupiah"),
        }
    ),
}


@lru_cache(maxsize=4)
def calendar_names(locale: str) -> frozenset[str]:
    """Return the names of days and months, in lower case; short forms only where they are no other word."""
    names: set[str] = set()
    for width in ("wide", "abbreviated"):
        for get_names in (get_month_names, get_day_names):
            named = cast("Mapping[int, str]", get_names(width, locale=locale))
            names |= {name.casefold().rstrip(".") for name in named.values()}
    return frozenset(names - _AMBIGUOUS[locale])
