"""Lists of people as programs send them: rows by the names of columns, what columns hold, and the word to bring in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from service.files import sheets
from service.inputs.checking import Input
from service.inputs.types import one_line, several_lines

_Cell = Annotated[str, StringConstraints(max_length=sheets.MOST_LETTERS), AfterValidator(several_lines)]

_Consent = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(several_lines)
]


class ListInput(Input):
    """A list as JSON."""

    rows: list[dict[str, _Cell]] = Field(
        min_length=1,
        max_length=sheets.MOST_ROWS,
        description="Texts by column: `name`, `email`, `phone`, `answers.<question>` or a heading of a file.",
    )
    filename: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = Field(
        "", description="What staff know the list by."
    )

    @field_validator("rows")
    @classmethod
    def _name_columns_on_a_line(cls, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        """Refuse headings with control characters, as in every other text."""
        for heading in {heading for row in rows for heading in row}:
            one_line(heading)
        return rows


class ListColumnsInput(Input):
    """What the columns of a list hold."""

    columns: dict[str, str] = Field(description="Fields by the column's number; what is not named is not read.")


class ListOrderInput(Input):
    """The word to bring a list in."""

    consent: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(several_lines)
    ] = Field(description="How these people agreed to be registered.")
    seen: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="`seen` of the trial: if anything else would happen now, nothing is brought in."
    )
    leave_out_errors: bool = Field(False, description="Bring in the others where some lines have errors.")
    notify: bool = Field(True, description="Whether the people are sent their confirmation.")
