"""The command writes one page, opens it where there is a display, and loses nothing on bad use."""

import sys
import webbrowser

import pytest

from psitheory import cli


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["psitheory", "explore", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return stop.value.code


@pytest.fixture(autouse=True)
def opened(monkeypatch):
    addresses = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not addresses.append(address))
    monkeypatch.setattr("psitheory.explorer.page", lambda: "<!doctype html>")
    return addresses


def test_out_writes_the_page_and_opens_nothing(monkeypatch, capsys, tmp_path, opened):
    monkeypatch.setenv("DISPLAY", ":0")
    assert run(monkeypatch, "--out", tmp_path / "page.html") == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "<!doctype html>"
    assert "page.html is written" in capsys.readouterr().out
    assert opened == []


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="there is always a display")
@pytest.mark.parametrize("display", [":0", ""])
def test_it_opens_where_there_is_a_display(monkeypatch, capsys, opened, display):
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert run(monkeypatch) == 0
    assert len(opened) == bool(display)
    assert ("is open in your browser" if display else "is written") in capsys.readouterr().out


def test_a_file_that_cannot_be_is_refused_first(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("psitheory.explorer.page", lambda: pytest.fail("it was made in vain"))
    assert run(monkeypatch, "--out", tmp_path / "no" / "page.html") == 2
    assert "--out is" in capsys.readouterr().err
