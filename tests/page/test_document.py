"""The page as a file: whole, of itself alone, and safe against names from users."""

import html.parser
import json
import re

import numpy as np
import pytest
from page_contents import HOSTILE, content

from goldnas_tf.page import document, library
from goldnas_tf.page.content import Content, Judged, Mark, Network


class Parsed(html.parser.HTMLParser):
    """Elements and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.attributes = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def page(tmp_path):
    def write(*contents):
        return document.write(contents, tmp_path / "report.html").read_text(encoding="utf-8")

    return write


def test_names_from_users_are_text_wherever_they_stand(page):
    plain, hostile = (
        Parsed(page(content(("plain",) * len(HOSTILE)))),
        Parsed(page(content(HOSTILE))),
    )
    # they open no element, and add no attribute
    assert hostile.tags == plain.tags
    kinds = [[(tag, name) for tag, name, _ in page.attributes] for page in (plain, hostile)]
    assert kinds[0] == kinds[1]
    every = "".join(hostile.texts)
    for name in HOSTILE:
        assert every.count(name) >= 10
    values = [value for _, _, value in hostile.attributes]
    for name in HOSTILE:
        assert f"run/{name}" in values


def test_data_are_read_back_as_they_were(page):
    text = page(content(HOSTILE))
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert [one["name"] for one in json.loads(data)["networks"]] == list(HOSTILE)


def test_nothing_is_asked_of_a_network(page):
    text = page(content())
    asked = [
        value
        for tag, name, value in Parsed(text).attributes
        if name in ("src", "href", "action", "data", "srcset", "poster")
    ]
    assert asked
    assert not [value for value in asked if ":" in value and not value.startswith("data:image/png")]
    assert "default-src 'none'" in text
    assert "@import" not in text and "url(" not in text.replace(library.script(), "")


def test_links_are_relative_to_the_page_and_quoted(tmp_path):
    network = Network(
        "run/a", "a", "a", files=[("Keras file", str(tmp_path / "a b" / "50%.keras"))]
    )
    text = document.html([content(networks=[network])], tmp_path)
    assert 'href="a%20b/50%25.keras"' in text


def test_a_run_that_goes_on_says_so(page):
    assert "The run was going on at" in page(content(going_on=True))
    assert "data-going-on" in page(content(going_on=True))
    over = page(content())
    assert "The run was going on at" not in over
    assert "<body data-going-on" not in over


def test_nothing_is_shown_of_what_is_not_known(page):
    empty = Content("search", "new")
    text = page(empty)
    assert not {"h2", "table", "select"} & set(Parsed(text).tags)
    assert "search new" in text
    alone = page(Content("training", "one", marks=[Mark("a", "b", {"macs": 0}, {"test": 1.0})]))
    assert 'id="front"' in alone and 'id="chooser"' not in alone


def test_several_runs_are_on_one_page_and_told_apart(page):
    first = content(name="first", kind="search")
    second = content(name="second", kind="comparison", marks=[], networks=[])
    text = page(first, second)
    assert "2 runs: search first, comparison second" in text
    assert text.count("second</span>: How it went") == 1


def test_networks_of_several_runs_are_told_apart_and_shown_once(page, tmp_path):
    def of(kind, folder, front):
        network = Network("run/a", "a", f"{kind} a", folder)
        mark = Mark("a", front, {"macs": 1e6}, {"validation": 0.5}, network="run/a")
        return Content(kind, "run", marks=[mark], networks=[network])

    # a search, a comparison with it, and another search of that name
    runs = [
        of("search", tmp_path / "one", "found"),
        of("comparison", tmp_path / "one", "found"),
        of("search", tmp_path / "two", "found"),
    ]
    text = page(*runs)
    keys = [value for _, name, value in Parsed(text).attributes if name == "data-network"]
    assert keys == ["run/a", "run/a (2)"]
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    found = json.loads(data)
    assert [one["network"] for one in found["networks"]] == ["run/a", "run/a", "run/a (2)"]
    assert {one["front"] for one in found["networks"]} == {
        "search run: found",
        "comparison run: found",
    }


def test_a_page_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    document.renew(lambda: 1 / 0, tmp_path / "report.html")
    assert "report.html: cannot be written: division by zero" in caplog.text
    assert not list(tmp_path.iterdir())


def test_numbers_that_are_none_are_left_out(page):
    marks = [Mark("a", "f", {"macs": float("inf")}, {"validation": float("nan")})]
    text = page(content(marks=marks))
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    (network,) = json.loads(data)["networks"]
    assert network["macs"] is network["validation"] is None


def test_many_classes_have_a_table_but_no_matrix(page):
    count = 200
    names = [f"class {number}" for number in range(count)]
    confusion = np.eye(count, dtype=int)
    confusion[3, 7] = 5
    judged = Judged("images", names, [1.0] * count, confusion)
    text = page(content(networks=[Network("run/a", "a", "a", judged=judged)]))
    assert "class 7 (5)" in text
    assert 'data-chart="confusion' not in text


def test_a_large_page_is_written_quickly_and_stays_small(page):
    names = [f"e{number:03d}" for number in range(20)]
    assert len(page(content(names))) < 5_000_000


def test_the_scripts_are_kept_for_other_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(library.matplotlib, "get_cachedir", lambda: str(tmp_path))
    library.script.cache_clear()
    try:
        made = library.script()
        (file,) = tmp_path.iterdir()
        assert file.read_text(encoding="utf-8") == made
        library.script.cache_clear()
        other = made.replace("vegaEmbed", "other")
        file.write_text(other, encoding="utf-8")
        assert library.script() == other
        # cut off
        library.script.cache_clear()
        file.write_text(made[:1000], encoding="utf-8")
        assert library.script() == made == file.read_text(encoding="utf-8")
    finally:
        library.script.cache_clear()
    assert "vegaEmbed" in made and "</script" not in made
