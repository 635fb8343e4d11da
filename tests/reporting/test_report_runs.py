"""bin/report as a user runs it: pages, cards, bad input."""

import json
import random
import re
import shutil

import pytest
from processes import Program
from runs_on_disk import GOLDEN, RUNS, copied

import goldnas_tf
from goldnas_tf.errors import InputError
from goldnas_tf.page import document
from goldnas_tf.reporting import kinds
from goldnas_tf.reporting.card import write_card
from goldnas_tf.reporting.report import report

REPORT = Program("report")
KINDS = dict(zip(RUNS, ("search", "search", "training", "comparison", "evolution"), strict=True))


@pytest.fixture
def evaluated(tmp_path):
    """A search and an evaluation of its network, which lie where the evaluation says."""
    run = copied("run", tmp_path)
    values = json.loads((GOLDEN / "evaluate" / "evaluation.json").read_text())
    (network,) = values["networks"].values()
    network["path"] = str(run / "pareto" / "e002" / "model.keras")
    mistake = {"index": 5, "label": 3, "taken": 7, "probability": 0.75, "picture": "here.png"}
    gone = {**mistake, "picture": "gone.png"}
    network["mistakes"] = [mistake, gone]
    folder = tmp_path / "evaluation"
    folder.mkdir()
    (folder / "evaluation.json").write_text(json.dumps(values))
    (folder / "here.png").write_bytes(b"a picture")
    return run, folder


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_is_told_by_its_folder(name, tmp_path):
    (content,) = kinds.contents(copied(name, tmp_path))
    assert content.kind == KINDS[name]
    assert not content.going_on
    assert content.settings and content.summary
    keys = {network.key for network in content.networks}
    assert {mark.network for mark in content.marks} - {""} <= keys


def test_a_comparison_shows_every_family_and_its_found_networks(tmp_path):
    search = copied("search", tmp_path)
    compare = shutil.copytree(GOLDEN / "compare", search / "compare")
    values = json.loads((compare / "comparison.json").read_text())
    names = {one["run"] for one in values["trained"]}
    values["runs"] = dict.fromkeys(names, "..")
    (compare / "comparison.json").write_text(json.dumps(values))
    (content,) = kinds.contents(compare)
    assert {mark.front for mark in content.marks} == {"found", "random"}
    assert [network.name for network in content.networks] == ["e001"]
    assert content.networks[0].folder.resolve() == (search / "pareto" / "e001").resolve()
    assert "goldnas-compare" in content.command
    ((_, told),) = content.tables
    assert "hypervolume" in told


def test_a_page_says_what_was_confused(evaluated):
    run, folder = evaluated
    page = report(run, evaluations=[folder, run / "nowhere"])
    assert page == run / "report.html"
    text = page.read_text()
    assert "What it confuses" in text
    assert text.count("3, taken for 7 (75%)") == 1
    assert "What it confuses" not in report(run, evaluations=[]).read_text()


def test_several_runs_share_a_page_in_the_folder_above(tmp_path):
    runs = [copied(name, tmp_path) for name in ("run", "evolve")]
    page = report(runs, evaluations=())
    assert page == tmp_path / "report.html"
    assert "2 runs: search run, evolution evolve" in page.read_text()
    other = report(runs[0], tmp_path / "new" / "page.html", evaluations=())
    assert other.is_file() and not (runs[0] / "report.html").exists()


def test_a_page_shows_itself_in_a_notebook(tmp_path):
    page = goldnas_tf.report(copied("run", tmp_path), evaluations=())
    shown = page._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    # all of the page is within the attribute
    assert shown.count('"') == 4
    assert "&lt;!doctype html&gt;" in shown


def test_a_card_tells_what_the_network_is_and_is_not(evaluated):
    run, folder = evaluated
    path = write_card(run, "e002", [folder])
    assert path == run / "pareto" / "e002" / "card.md"
    text = path.read_text()
    for said in (
        "# e002\n",
        "8×8×1 pixels",
        "| validation accuracy |",
        "| multiply-adds for one image |",
        "| 0 | ",
        "Its weakest class is",
        "goldnas-search --",
        f"goldnas_tf.load('{run / 'pareto' / 'e002'}')",
        "goldnas-export --network=",
    ):
        assert said in text
    assert "was not measured" in write_card(run, "e002", []).read_text()


def test_names_from_users_are_no_marks_in_a_card(evaluated):
    run, folder = evaluated
    hostile = "a|b\n# *c* <script> `d` [e](f)"
    file = run / "pareto" / "e002" / "classes.json"
    names = json.loads(file.read_text())
    file.write_text(json.dumps([hostile, *names[1:]]))
    values = json.loads((folder / "evaluation.json").read_text())
    values["class_names"][0] = hostile
    (folder / "evaluation.json").write_text(json.dumps(values))
    lines = write_card(run, "e002", [folder]).read_text().splitlines()
    escaped = r"a\|b \# \*c\* &lt;script&gt; \`d\` \[e\](f)"
    assert sum(escaped in line for line in lines) >= 2
    assert not [line for line in lines if "<script>" in line or line.startswith("# *")]


def test_the_program_writes_pages_and_cards(evaluated):
    run, folder = evaluated
    result = REPORT.run_in(run.parent, "run", f"--evaluations={folder}")
    assert (result.returncode, result.stdout) == (0, "run/report.html\n"), result.stderr
    assert (run / "report.html").stat().st_size < 5_000_000
    result = REPORT.run_in(run.parent, "run", "--card=e002")
    assert (result.returncode, result.stdout) == (0, "run/pareto/e002/card.md\n"), result.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "RUN: expected the work folder of a run"),
        (["nowhere"], "RUN: expected the work folder of a search, an evolution, a training or"),
        (["run", "--card=e999"], "card: expected a network of run, e002; received 'e999'"),
        (["run", "--card=e002", "--output=x"], "card: expected one RUN and no output"),
        (["run", "--output=/proc/page.html"], "output: expected a folder that can be written"),
        (["damaged"], "damaged/config.json: expected the configuration of a run"),
        (["of_others"], "RUN: expected a run of goldnas_tf; received of_others"),
        (["run", "--evaluations=evaluation"], "evaluation.json: expected an evaluation"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(flags, said, tmp_path):
    run = copied("run", tmp_path)
    for name, text in (("damaged", "{"), ("of_others", '{"schema": 1, "settings": {}}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(text)
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation" / "evaluation.json").write_text("[]")
    before = sorted(tmp_path.rglob("*"))
    result = REPORT.run_in(tmp_path, *flags)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr and result.stderr.count("\n") == 1, result.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert not (run / document.NAME).exists()


ODD = (None, "x", -1, 1e999, [], {}, True, [[]])


def places(values, path=()):
    """Paths of all values in JSON."""
    if isinstance(values, dict | list):
        items = values.items() if isinstance(values, dict) else enumerate(values)
        for name, value in items:
            yield (*path, name)
            yield from places(value, (*path, name))


def damaged(file, rng):
    """Puts something odd into a file, or takes something out of it."""
    lines = file.read_text().splitlines() if file.suffix == ".jsonl" else [file.read_text()]
    number = rng.randrange(len(lines))
    values = json.loads(lines[number])
    *path, last = rng.choice(list(places(values)))
    owner = values
    for name in path:
        owner = owner[name]
    if rng.random() < 0.3:
        del owner[last]
    else:
        owner[last] = rng.choice(ODD)
    lines[number] = json.dumps(values)
    file.write_text("".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("name", RUNS)
def test_damaged_files_end_in_one_line_or_in_a_page(name, tmp_path):
    rng = random.Random(name)
    for attempt in range(40):
        run = copied(name, tmp_path / str(attempt))
        files = sorted(file for file in run.rglob("*.json*") if "checkpoints" not in file.parts)
        damaged(rng.choice(files), rng)
        try:
            text = report(run, evaluations=()).read_text()
        except InputError as error:
            assert "\n" not in str(error)
            assert not (run / "report.html").exists()
        else:
            assert "Infinity" not in re.search(r'id="data">(.*?)</script>', text, re.S)[1]
        shutil.rmtree(run)


def test_a_point_whose_folder_is_gone_stays_in_the_plot(tmp_path):
    run = copied("blocks", tmp_path)
    shutil.rmtree(run / "pareto" / "e002")
    (content,) = kinds.contents(run)
    assert {mark.name: mark.network for mark in content.marks} == {
        "e002": "",
        "e007": "blocks/e007",
    }
    assert [network.name for network in content.networks] == ["e007"]


def test_commands_are_those_that_work(tmp_path):
    run = copied("run", tmp_path)
    (content,) = kinds.contents(run)
    (network,) = content.networks
    train = next(one for one in network.commands.values() if "goldnas-train" in one)
    assert "--train_images=120" in train and f"--workdir={run}/trained/e002" in train
    assert "goldnas-search" in content.command
    # images that were made in Python are named by no flag
    file = run / "config.json"
    values = json.loads(file.read_text())
    values["data"]["name"] = "my scans"
    file.write_text(json.dumps(values))
    (content,) = kinds.contents(run)
    assert content.command == ""
    assert [one.split()[0] for one in content.networks[0].commands.values()] == ["goldnas-export"]


def test_what_is_no_run_is_named(tmp_path):
    with pytest.raises(InputError, match="received none"):
        report([])
