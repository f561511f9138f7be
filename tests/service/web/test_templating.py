"""Templates that are kept compiled: the next process reads them, and a change is seen all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.web.static_files import StaticFiles
from service.web.templating import Templates


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    return tmp_path / "templates"


def _render(folder: Path, compiled: Path) -> list[str]:
    templates = Templates(StaticFiles(), folder, compiled=compiled)
    return [templates.render("greeting.html", locale, person="<Siti>") for locale in ("id", "en")]


def test_one_compiled_template_serves_every_language_and_the_next_process(folder: Path, tmp_path: Path) -> None:
    (folder / "greeting.html").write_text("{{ locale }}: {{ person }}")
    compiled = tmp_path / "var" / "pages"
    assert _render(folder, compiled) == ["id: &lt;Siti&gt;", "en: &lt;Siti&gt;"]
    kept = {path.name: path.stat().st_mtime_ns for path in compiled.iterdir()}
    assert len(kept) == 1
    assert _render(folder, compiled) == ["id: &lt;Siti&gt;", "en: &lt;Siti&gt;"]
    assert {path.name: path.stat().st_mtime_ns for path in compiled.iterdir()} == kept


def test_a_changed_template_is_compiled_anew(folder: Path, tmp_path: Path) -> None:
    (folder / "greeting.html").write_text("{{ locale }}: {{ person }}")
    _render(folder, tmp_path / "pages")
    (folder / "greeting.html").write_text("{{ person }} ({{ locale }})")
    assert _render(folder, tmp_path / "pages") == ["&lt;Siti&gt; (id)", "&lt;Siti&gt; (en)"]


def test_a_damaged_one_is_compiled_anew(folder: Path, tmp_path: Path) -> None:
    (folder / "greeting.html").write_text("{{ locale }}: {{ person }}")
    _render(folder, tmp_path / "pages")
    for path in (tmp_path / "pages").iterdir():
        path.write_bytes(b"half a fi")
    assert _render(folder, tmp_path / "pages") == ["id: &lt;Siti&gt;", "en: &lt;Siti&gt;"]
