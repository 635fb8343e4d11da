"""Content of pages, with names as users may give them."""

import base64

import numpy as np
from tiny_networks import NETWORKS

from goldnas_tf.page.content import (
    Content,
    History,
    Judged,
    Mark,
    Mistake,
    Network,
    Panel,
    Row,
)

# what a user may call a class, a file or a run
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"quoted\" & 'quoted'",
    "{{ 7 * 7 }} {% raw %}",
    "\u202eright to left: שלום",
    "x" * 500,
    "--> ]]> \\u003c ${1} `tick`",
)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def content(names=("plain",), **changed):
    """Content in which every text that comes from a user is one of the names in turn."""
    genotype = NETWORKS["plain"].genotype
    networks, marks = [], []
    for name in names:
        mistakes = [Mistake(name, name, 0.5, PNG)]
        judged = Judged(name, [name, "other"], [0.5, None], np.array([[1, 1], [0, 0]]), mistakes)
        key = f"run/{name}"
        files = [(name, f"/somewhere/{name}")]
        networks.append(
            Network(
                key,
                name,
                name,
                figures=[(name, name)],
                genotype=genotype,
                commands={name: name},
                files=files,
                judged=judged,
            )
        )
        marks.append(Mark(name, name, {"macs": 1e6}, {"validation": 0.5}, network=key))
    history = History("epoch", [1], [Panel("loss", {names[0]: [1.0]})], {names[0]: 1}, {})
    rows = [Row("data", "data_dir", name, name, name, False) for name in names]
    return Content(
        **{
            "kind": "search",
            "name": names[0],
            "summary": names,
            "marks": marks,
            "networks": networks,
            "history": history,
            "settings": rows,
            "facts": [(name, name) for name in names],
            "command": names[0],
            "tables": [(name, name) for name in names],
            **changed,
        }
    )
