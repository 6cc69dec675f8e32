"""The report in a real browser: filters, copies, prints, fits a phone; what comes from others' code is text."""

import pytest

from psitheory import verify
from psitheory.registry import select
from psitheory.report.page import write_page
from tests.browser import complaints, open_browser, resize
from tests.theorem_files import HOLDS, INCONCLUSIVE, REFUTED

HOSTILE = r'''r"""A theorem <script>window.hacked = 1</script>.

What is checked
---------------
A null byte """ "\x005\x00" r""", :math:`\href{javascript:window.hacked=1}{x}`,
:math:`\text{<script>window.hacked=1</script>}`,
:math:`\style{position:fixed}{x}` and <img src=x onerror="window.hacked = 1">.
"""
import numpy as np
from hypothesis import strategies as st
from psitheory import at_most, theorem
from psitheory.checking import Exhibit

BAD = "<script>window.hacked = 1</script>"

class Model:
    def __repr__(self):
        return BAD

T9 = theorem("T9", BAD, statement=r"\href{javascript:window.hacked=1}{x} \le y", assumptions=(BAD,), doc=__doc__,
             chapter=BAD)

@T9.exhibit
def drawn(rng):
    return Exhibit("curves", BAD, BAD + "-->", {"x": np.arange(3.0), BAD: np.arange(3.0)}, {"x": BAD})

@T9.exhibit
def fails(rng):
    raise ValueError(BAD)

@T9.law(x=st.integers(0, 50), model=st.just(Model()))
def small(x, model):
    "<img src=x onerror='window.hacked = 1'>"
    return at_most(x, 20)

@small.counterfeit
def tiny(x, model):
    "</p><script>window.hacked = 1</script>"
    return at_most(x, 1)
'''
FILES = {"hostile.py": HOSTILE, "refuted.py": REFUTED, "undecided.py": INCONCLUSIVE, "holds.py": HOLDS}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    entries = select([str(folder / name) for name in FILES])
    with open_browser() as driver:
        report = verify([entry.theorem for entry in entries], workers=1)
        targets = [entry.target for entry in entries]
        path = write_page(report, [entry.theorem for entry in entries], folder / "report", targets)
        driver.address = path.as_uri()
        yield driver
        assert complaints(driver) == []


@pytest.fixture
def opened(browser):
    browser.get(browser.address)
    resize(browser, 1200)
    return browser


VISIBLE = "return [...document.querySelectorAll('section')].filter((s) => s.offsetParent).map((s) => s.id)"


def choose(driver, name, text):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select

    Select(driver.find_element(By.NAME, name)).select_by_visible_text(text)


def test_what_comes_from_others_is_text(opened):
    assert opened.execute_script("return window.hacked ?? null") is None
    assert opened.execute_script("return document.querySelectorAll('script').length") == 1
    assert opened.execute_script("return document.querySelectorAll('img, iframe, object').length") == 0
    acts = "return [...document.querySelectorAll('*')].filter((n) => [...n.attributes].some((a) => "
    acts += "a.name.startsWith('on') || a.value.trim().startsWith('javascript:'))).map((n) => n.outerHTML)"
    assert opened.execute_script(acts) == []
    assert opened.execute_script("return document.body.innerText").count("<script>window.hacked = 1</script>") >= 6
    assert "A figure could not be drawn. fails: ValueError: <script>" in opened.execute_script(
        "return document.body.innerText"
    )


def test_the_summary_comes_first(opened):
    text = opened.execute_script("return document.querySelector('header').innerText")
    assert text.index("REFUTED") < text.index("What does not hold") < text.index("T2, Small numbers")
    assert "T3, Nothing moves" in text
    assert "T1," not in text


def test_chapter_and_verdict_filter_rows_and_sections(opened):
    assert opened.execute_script(VISIBLE) == ["T9", "T2", "T3", "T1"]
    choose(opened, "verdict", "REFUTED")
    assert opened.execute_script(VISIBLE) == ["T9", "T2"]
    rows = "return [...document.querySelectorAll('.overview tbody tr')].filter((r) => r.offsetParent).length"
    assert opened.execute_script(rows) == 2
    assert opened.execute_script("return document.getElementById('shown').textContent") == "2 of 4 claims"
    choose(opened, "chapter", "own")
    assert opened.execute_script(VISIBLE) == ["T2"]
    choose(opened, "verdict", "all")
    assert opened.execute_script(VISIBLE) == ["T2", "T3", "T1"]
    choose(opened, "verdict", "INCONCLUSIVE")
    opened.execute_async_script("location.hash = '#T2'; setTimeout(arguments[0], 200)")
    assert "T2" in opened.execute_script(VISIBLE)  # a link leads to what the filter hid


def test_each_word_of_the_table_is_in_the_legend(opened):
    told = opened.execute_script("return [...document.querySelectorAll('#legend dt')].map((n) => n.textContent.trim())")
    heads = opened.execute_script(
        "return [...document.querySelectorAll('.overview thead th')].map((n) => n.textContent)"
    )
    assert set(heads) - {"id", "title", "verdict"} <= set(told)
    assert {"HOLDS", "REFUTED", "INCONCLUSIVE", "PROVED", "HELD"} <= set(told)


def test_every_replay_line_has_a_button_that_copies_it(opened):
    from selenium.webdriver.common.by import By

    lines = opened.find_elements(By.CSS_SELECTOR, ".replay pre")
    buttons = opened.find_elements(By.CSS_SELECTOR, ".replay button")
    assert len(lines) == len(buttons) > 3
    shown = opened.find_element(By.CSS_SELECTOR, "#T2 .replay button")
    shown.click()
    selected = opened.execute_script("return getSelection().toString()")
    assert selected.startswith("psitheory replay ")
    assert "refuted.py" in selected
    opened.execute_async_script("setTimeout(arguments[0], 200)")
    assert shown.text in ("Copied", "Selected")


@pytest.mark.parametrize("width", [390, 1200])
def test_nothing_is_wider_than_the_window(opened, width):
    resize(opened, width)
    opened.execute_script("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width


def test_on_paper_everything_is_open_and_no_control_is_left(opened):
    opened.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert opened.execute_script("return document.querySelectorAll('details:not([open])').length") == 0
    opened.execute_script("dispatchEvent(new Event('afterprint'))")
    assert opened.execute_script("return document.querySelectorAll('details[open]').length") == 0
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = "return [...document.querySelectorAll('form, button')].every((n) => !n.offsetParent)"
    assert opened.execute_script(hidden)
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert len(opened.print_page()) > 10_000


def test_nothing_asks_for_a_network(opened):
    assert opened.execute_script("return performance.getEntriesByType('resource').length") == 0
