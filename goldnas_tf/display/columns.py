"""A table of text in aligned columns, as programs print it."""

from collections.abc import Collection, Sequence


def lines(rows: Sequence[Sequence[str]], left: Collection[str] = ()) -> list[str]:
    """The lines of a table: its titles, a ruler, and a line for each row.

    Args:
        rows: the titles first, then rows of as many cells.
        left: titles of the columns that begin on the left; the others end on the right.
    """
    titles = rows[0]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    written = [
        "  ".join(
            f"{cell:<{width}}" if title in left else f"{cell:>{width}}"
            for cell, width, title in zip(row, widths, titles, strict=True)
        ).rstrip()
        for row in rows
    ]
    return [written[0], "  ".join("-" * width for width in widths), *written[1:]]
