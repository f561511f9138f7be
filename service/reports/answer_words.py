"""Answers in words, for pages and spreadsheets: labels instead of ids, days as people say them. Always plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date as format_day

from events import typed
from events.errors import N_
from events.questions.answers import chosen
from events.questions.form_document import Answer, Question, QuestionKind

Say = Callable[[str], str]

AGREED = N_("Agreed on")
GONE = N_("(file removed)")


def words_of(
    question: Question,
    answer: Answer | None,
    *,
    locale: str,
    timezone: str,
    say: Say,
    files: Mapping[str, str] | None = None,
) -> str:
    """Return one answer as text; empty for none. `files` are what files were called, by their ids."""
    if answer is None:
        return ""
    if question.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES):
        labels = {choice.id: choice.label.to(locale) for choice in question.choices}
        return ", ".join(labels.get(each, each) for each in chosen(answer))
    if question.kind is QuestionKind.CONSENT:
        return f"{say(AGREED)} {_moment(str(answer), timezone)}"
    if question.kind is QuestionKind.DATE:
        return _day(str(answer), locale)
    if question.kind is QuestionKind.FILE:
        return (files or {}).get(str(answer), say(GONE))
    return str(answer)


def _day(iso: str, locale: str) -> str:
    try:
        return format_day(typed.date_of(iso), "d MMMM y", locale=locale)
    except typed.Unusable:
        return iso


def _moment(iso: str, timezone: str) -> str:
    try:
        return datetime.fromisoformat(iso).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return iso
