"""The page of a run in a real browser: no error, no network, and all that can be done with it."""

import datetime
import re

import pytest
from page_contents import HOSTILE, content
from runs_on_disk import RUNS, copied

from goldnas_tf.page import document
from goldnas_tf.page.content import Content, Mark, Network, Standing
from goldnas_tf.reporting.report import report

NAMES = ("small", "middle", "large")


@pytest.fixture
def three(tmp_path):
    """A page of three networks of a front, and one that was not finished."""
    marks = [
        Mark(
            name,
            "found",
            {"macs": 1e6 * 2**number, "params": 1e4 * (3 - number)},
            {"validation": 0.7 + 0.05 * number, "test": 0.69 + 0.05 * number},
            network=f"run/{name}",
        )
        for number, name in enumerate(NAMES)
    ]
    marks.append(Mark("pale", "found", {"macs": 3e6}, {"validation": 0.74}, standing=Standing.PALE))
    marks.append(Mark("drawn", "random", {"macs": 2e6}, {"validation": 0.7, "test": 0.7}))
    networks = [
        Network(f"run/{name}", name, name, figures=[("it is", name)], commands={"do": f"do {name}"})
        for name in NAMES
    ]
    page = Content("search", "three", marks=marks, networks=networks)
    return document.write([page], tmp_path / "report.html")


@pytest.mark.parametrize("name", RUNS)
def test_the_pages_of_all_kinds_of_runs_open_from_the_disk(name, tmp_path, opened):
    page = opened(report(copied(name, tmp_path), evaluations=()))
    assert (page.told, page.asked) == ([], [])
    assert page.view.title().rpartition(" ")[2] == ("search" if name == "compare" else name)
    charts = page.view.locator("[data-chart]:visible")
    assert charts.evaluate_all("all => all.every(one => one.querySelector('svg'))")


def test_a_click_shows_a_network(three, opened):
    page = opened(three)
    assert page.shown() == ["run/large"]
    page.dot("small").click()
    assert page.shown() == ["run/small"]
    assert page.view.locator("[data-network]:visible dd").inner_text() == "small"
    assert page.view.url.endswith("#run%2Fsmall")
    assert page.view.locator("#chooser").input_value() == "run/small"
    page.view.locator("#chooser").select_option("run/middle")
    assert page.shown() == ["run/middle"]
    # nothing is known of it
    page.dot("drawn").click()
    assert page.shown() == ["run/middle"]
    assert not page.told


def test_the_table_behind_the_plot_is_reached_by_keys(three, opened):
    page = opened(three)
    page.view.locator("details summary").first.focus()
    page.view.keyboard.press("Enter")
    # what scrolls can be scrolled by keys as well
    page.view.keyboard.press("Tab")
    page.view.keyboard.press("Tab")
    page.view.keyboard.press("Enter")
    assert page.shown() == ["run/small"]


def test_a_limit_that_is_typed_names_the_best_within_it(three, opened):
    page = opened(three)
    best = page.view.locator("#best")
    by = "by the validation images: "
    first = f"The best of all {by}large (found), 80.00% (validation) at 4M multiply-adds"
    assert best.inner_text() == first
    page.view.fill("#limit-macs", "2.5")
    assert f"within these limits {by}middle (found), 75.00%" in best.inner_text()
    page.view.fill("#limit-params", "15")
    assert best.inner_text() == "No network is within these limits."
    page.view.fill("#limit-macs", "")
    assert f"within these limits {by}large" in best.inner_text()
    page.view.fill("#limit-params", "")
    assert best.inner_text() == first
    assert not page.told


@pytest.mark.parametrize("by", ["mouse", "finger"])
def test_a_limit_that_is_dragged_greys_out_what_breaks_it(three, opened, by):
    page = opened(three, has_touch=by == "finger")
    assert page.dot("large").get_attribute("opacity") == "1"
    line = page.view.locator('#front [aria-label^="limit on"]').bounding_box()
    small, middle = (page.dot(name).bounding_box() for name in ("small", "middle"))
    between = (small["x"] + middle["x"] + small["width"]) / 2
    grip = line["x"] + line["width"] / 2, line["y"] + line["height"] / 2
    page.drag(by, grip, (between, line["y"] + 60))
    assert 1 < float(page.view.locator("#limit-macs").input_value()) < 2
    assert "small" in page.view.locator("#best").inner_text()
    assert [float(page.dot(name).get_attribute("opacity")) < 0.5 for name in NAMES] == [
        False,
        True,
        True,
    ]
    assert not page.told


def test_axes_and_scale_can_be_chosen(three, opened):
    page = opened(three)
    page.view.fill("#limit-macs", "2.5")
    assert page.dot("pale").count() == 1
    page.view.locator("#front-y").select_option("test")
    assert page.dot("pale").count() == 0
    assert "74.00% (test)" in page.view.locator("#best").inner_text()
    page.view.locator("#front-scale").select_option("linear")
    page.view.wait_for_selector("#front :text('(linear)')", state="attached")
    assert "middle" in page.view.locator("#best").inner_text()
    page.view.locator("#front-x").select_option("params")
    page.view.wait_for_selector("#front :text('parameters, K (linear)')", state="attached")
    # further to the left where it is smaller
    left = {name: page.dot(name).bounding_box()["x"] for name in NAMES}
    assert left["large"] < left["middle"] < left["small"]
    assert not page.told


def test_a_link_to_a_network_opens_it(three, opened):
    assert opened(three, "#run%2Fmiddle").shown() == ["run/middle"]
    assert opened(three, "#nothing").shown() == ["run/large"]


def test_an_address_that_changes_or_is_odd_shows_what_it_can(three, opened):
    page = opened(three, "#50%")
    assert page.shown() == ["run/large"]
    page.view.evaluate("location.hash = 'run%2Fsmall'")
    page.view.wait_for_selector("[data-network='run/small']:visible")
    assert page.shown() == ["run/small"]
    assert not page.told


def test_a_limit_that_is_dragged_to_the_edge_is_none(three, opened):
    page = opened(three)
    page.view.locator("#front-scale").select_option("linear")
    page.view.wait_for_selector("#front :text('(linear)')", state="attached")
    found = []
    for by in (-2000, 3000):
        line = page.view.locator('#front [aria-label^="limit on"]').bounding_box()
        x, y = line["x"] + line["width"] / 2, line["y"] + 200
        page.drag("mouse", (x, y), (x + by, y))
        found.append(page.view.locator("#limit-macs").input_value())
    assert 0 <= float(found[0]) < 1 and found[1] == ""
    assert not page.told


def test_paper_is_light_and_holds_the_whole_plot(three, opened):
    page = opened(three, color_scheme="dark", viewport={"width": 1800, "height": 900})
    page.view.emulate_media(media="print", color_scheme="dark")
    page.view.set_viewport_size({"width": 700, "height": 900})
    ink = page.view.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(26, 26, 26)"
    plot = page.view.locator("#front svg").bounding_box()
    assert plot["x"] + plot["width"] <= 700


def test_a_command_is_copied(three, opened):
    page = opened(three, permissions=["clipboard-read", "clipboard-write"])
    page.view.locator("[data-copy]:visible").first.click()
    page.view.wait_for_selector("button:text('copied')")
    assert page.view.evaluate("navigator.clipboard.readText()") == "do large"


def test_names_from_users_do_nothing(tmp_path, opened):
    page = opened(document.write([content(HOSTILE)], tmp_path / "report.html"))
    assert page.view.locator("[data-network]").count() == len(HOSTILE)
    for number in range(len(HOSTILE)):
        page.view.locator("#chooser").select_option(index=number)
        assert page.shown() == [f"run/{HOSTILE[number]}"]
    # all are at one place
    page.view.locator("#front .mark-symbol path[aria-label]").last.hover()
    tip = page.view.locator("#vg-tooltip-element")
    tip.wait_for()
    assert tip.locator("script, img").count() == 0
    assert page.told == [] and page.asked == []


def test_it_shows_itself_within_a_notebook(tmp_path, browser):
    page = report(copied("blocks", tmp_path), evaluations=())
    view, told = browser.new_page(), []
    view.on("pageerror", lambda error: told.append(str(error)))
    view.set_content(f"<p>before</p>{page._repr_html_()}")
    frame = view.frame_locator("iframe")
    frame.locator("body[data-ready]").wait_for()
    frame.locator("#chooser").select_option("blocks/e002")
    assert frame.locator("[data-network]:visible").get_attribute("data-network") == "blocks/e002"
    assert not told
    view.close()


@pytest.mark.parametrize("width", [400, 1000, 2000])
def test_it_fits_windows_of_all_widths(width, tmp_path, opened):
    file = document.write([content(HOSTILE)], tmp_path / "report.html")
    page = opened(file, viewport={"width": width, "height": 900})
    assert page.view.evaluate("document.documentElement.scrollWidth") <= width


def test_light_and_dark_are_the_reader_s(three, opened):
    looks = []
    for scheme in ("light", "dark"):
        page = opened(three, color_scheme=scheme)
        looks.append(page.view.evaluate("getComputedStyle(document.body).backgroundColor"))
        ink = page.view.locator("#front text").first.evaluate("one => getComputedStyle(one).fill")
        assert ink == page.view.evaluate("getComputedStyle(document.body).color")
    assert looks[0] != looks[1]


def test_a_page_of_a_run_that_goes_on_keeps_what_was_chosen(three, tmp_path, opened):
    page = opened(three, "#run%2Fmiddle")
    assert page.view.locator(".going-on").count() == 0
    going_on = Content(
        "search", "on", going_on=True, marks=[Mark("a", "f", {"macs": 1}, {"test": 1})]
    )
    page = opened(document.write([going_on], tmp_path / "on.html"))
    assert page.view.locator(".going-on").is_visible()
    assert "ago" not in page.view.locator(".going-on").inner_text()
    page.view.fill("#limit-macs", "7")
    page.view.reload()
    page.view.wait_for_selector("body[data-ready]")
    assert page.view.locator("#limit-macs").input_value() == "7"
    assert "within these limits" in page.view.locator("#best").inner_text()
    assert not page.told


@pytest.mark.parametrize(("minutes", "told"), [(1, "1 minute ago"), (185, "3 hours ago")])
def test_the_page_of_a_run_that_was_killed_says_how_old_it_is(tmp_path, opened, minutes, told):
    path = document.write([Content("search", "on", going_on=True)], tmp_path / "on.html")
    before = datetime.datetime.now().astimezone() - datetime.timedelta(minutes=minutes)
    text = path.read_text()
    (now,) = re.findall(r'<time datetime="(.*?)"', text)
    path.write_text(text.replace(now, before.isoformat(timespec="seconds")))
    assert told in opened(path).view.locator(".going-on").inner_text()
