"""The explorer is used: every control is moved, by keys and by pointer, on a desk, on a phone, without motion."""

import json

import pytest

from psitheory.explorer import LOSSES
from tests.browser import complaints, open_browser, resize

PHONE = 390


@pytest.fixture(scope="module")
def calm(address):
    """A browser of somebody who wants no motion."""
    with open_browser("--force-prefers-reduced-motion") as driver:
        driver.get(address)
        yield driver
        assert complaints(driver) == []


@pytest.fixture
def browser(calm, address):
    calm.execute_script("document.getElementById('reset').click()")
    resize(calm, 1200)
    return calm


def find(browser, name):
    from selenium.webdriver.common.by import By

    return browser.find_element(By.ID, name)


def state(browser, name=None):
    found = browser.execute_script("return window.psitheory.state")
    return found if name is None else found[name]


def choose(browser, loss):
    from selenium.webdriver.support.ui import Select

    Select(find(browser, "loss")).select_by_value(loss)


def drawn(browser):
    return browser.execute_script("return [...document.querySelectorAll('#pictures svg')].map((svg) => svg.innerHTML)")


def said(browser):
    """Return what is told to a screen reader, once the page has come to rest."""
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    return find(browser, "status").text


def sliders(browser):
    from selenium.webdriver.common.by import By

    return [
        s.get_attribute("id") for s in browser.find_elements(By.CSS_SELECTOR, "input[type=range]") if s.is_displayed()
    ]


@pytest.mark.parametrize("loss", ["waves", "rayleigh"])
def test_every_slider_moves_by_keys_and_changes_the_pictures(browser, loss):
    from selenium.webdriver.common.keys import Keys

    choose(browser, loss)
    find(browser, "method-momentum").click()
    moved = sliders(browser)
    assert len(moved) == {"waves": 7, "rayleigh": 10}[loss]
    for name in moved:
        before, picture = state(browser, name), drawn(browser)
        find(browser, name).send_keys(Keys.ARROW_LEFT if name in ("shown", "momentum") else Keys.ARROW_RIGHT)
        find(browser, name).send_keys(Keys.ARROW_LEFT if name in ("shown", "momentum") else Keys.PAGE_UP)
        assert state(browser, name) != before, name
        assert drawn(browser) != picture, name
        assert find(browser, name).get_attribute("aria-valuetext") == find(browser, f"{name}-value").text


def test_every_loss_can_be_chosen(browser):
    from selenium.webdriver.support.ui import Select

    choice = Select(find(browser, "loss"))
    assert [option.get_attribute("value") for option in choice.options] == [loss.name for loss in LOSSES]
    for loss in LOSSES:
        choice.select_by_value(loss.name)
        assert state(browser, "loss") == loss.name
        assert loss.formula in find(browser, "formula").text
        assert f"After {state(browser, 'steps')} steps" in said(browser)
        assert find(browser, "longitude").is_displayed() == (loss.build().layout.n == 3)


def test_every_method_can_be_chosen_and_none(browser):
    for name in browser.execute_script("return [...window.psitheory.METHODS.keys()]"):
        box = find(browser, f"method-{name}")
        if not box.is_selected():
            box.click()
        assert name in state(browser, "methods")
    rows = browser.execute_script("return document.querySelectorAll('#standings tr').length")
    assert rows == 2 * len(state(browser, "methods")) == 20
    for name in state(browser, "methods"):
        find(browser, f"method-{name}").click()
    assert said(browser) == "No method is chosen."


def test_the_comparison_can_be_left_out(browser):
    assert "from its unit representative" in said(browser)
    find(browser, "compare").click()
    assert "from its unit representative" not in said(browser)
    assert browser.execute_script("return document.querySelectorAll('#standings tr').length") == 2


def test_what_it_shows_first_is_what_the_theory_says(browser):
    words = said(browser)
    assert "GD is at minimum 1; from its unit representative it is at minimum 2." in words
    assert "PSI-GD is at minimum 2; so it is from its unit representative." in words


def drag(browser, css, x, y, begin=(0, 0)):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    element = browser.find_element(By.CSS_SELECTOR, css)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    ActionChains(browser).move_to_element_with_offset(element, *begin).click_and_hold().move_by_offset(
        x, y
    ).move_by_offset(2, 2).release().perform()


def test_the_start_is_dragged_on_the_plane(browser):
    before = state(browser)
    drag(browser, "#weights .start", -60, 40)
    after = state(browser)
    assert (before["angle"], before["scale"]) != (after["angle"], after["scale"])
    assert 90 < abs(after["angle"]) <= 180  # to the left
    assert after["scale"] > before["scale"]  # and away from 0


def test_the_start_is_dragged_on_the_sphere_and_the_sphere_turned(browser):
    choose(browser, "rayleigh")
    before = state(browser)
    drag(browser, "#weights .start", 40, -40)
    after = state(browser)
    assert after["longitude"] > before["longitude"]
    assert after["latitude"] > before["latitude"]
    assert after["azimuth"] == before["azimuth"]
    drag(browser, "#weights", 30, 10, begin=(-80, 80))
    turned = state(browser)
    assert turned["azimuth"] != after["azimuth"]
    assert turned["longitude"] == after["longitude"]


def test_play_jumps_to_the_end_where_no_motion_is_wanted(browser):
    from selenium.webdriver.common.keys import Keys

    find(browser, "shown").send_keys(Keys.HOME)
    assert state(browser, "shown") == 0
    find(browser, "play").click()
    assert state(browser, "shown") == state(browser, "steps")
    assert find(browser, "play").text == "Play"


def test_play_moves_through_the_steps_and_stops(address):
    with open_browser() as driver:
        driver.get(address)
        find(driver, "play").click()
        assert find(driver, "play").text == "Stop"
        seen = driver.execute_async_script(
            "const seen = [], done = arguments[0], look = () => { seen.push(window.psitheory.state.shown);"
            "if (seen.at(-1) > 3) done(seen); else requestAnimationFrame(look); }; look();"
        )
        assert seen == sorted(seen)
        find(driver, "play").click()
        assert find(driver, "play").text == "Play"
        stopped = state(driver, "shown")
        driver.execute_async_script("setTimeout(arguments[0], 400)")
        assert state(driver, "shown") == stopped < state(driver, "steps")
        assert complaints(driver) == []


def test_a_copied_link_shows_the_same(browser, address):
    find(browser, "method-adam").click()
    find(browser, "compare").click()
    wanted, link = state(browser), browser.current_url
    browser.get("about:blank")
    browser.get(link)
    assert state(browser) == wanted
    browser.get("about:blank")
    browser.get(address + "#loss=nonsense&methods=gd,%3Cscript%3E&rate=x&angle=NaN")
    assert state(browser, "methods") == ["gd"]
    assert state(browser, "loss") == "waves"


NAMES = """return [...document.querySelectorAll('input, select, button, svg[role=img], [role=region]')]
.filter((node) => {
  const label = node.labels?.[0]?.textContent || node.textContent || node.getAttribute('aria-label') || '';
  return !label.trim();
}).map((node) => node.outerHTML);"""


def test_everything_has_a_name_and_the_keyboard_reaches_it(browser):
    assert browser.execute_script(NAMES) == []
    reached, wanted = set(), {"loss", "compare", "play", "reset", "method-gd", "method-psi-rd", *sliders(browser)}
    from selenium.webdriver.common.keys import Keys

    browser.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    for _ in range(40):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(browser.switch_to.active_element.get_attribute("id"))
    assert wanted <= reached


@pytest.mark.parametrize("loss", ["waves", "neuron3"])
def test_a_phone_scrolls_in_one_direction(browser, loss):
    choose(browser, loss)
    resize(browser, PHONE)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= PHONE
    heights = browser.execute_script(
        "return [...document.querySelectorAll('input[type=range], label:has(input[type=checkbox])')]"
        ".filter((n) => n.offsetParent).map((n) => n.offsetHeight)"
    )
    assert min(heights) >= 24  # the least size of a target, WCAG 2.2, 2.5.8


def test_nothing_asks_for_a_network(browser):
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert json.dumps(loaded) == "[]"
