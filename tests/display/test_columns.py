from goldnas_tf.display import columns


def test_cells_stand_under_their_titles_and_no_line_ends_in_blanks():
    rows = [["name", "macs", "note"], ["a", "12", "x"], ["longer", "9.5M", ""]]
    assert columns.lines(rows, left={"name", "note"}) == [
        "name    macs  note",
        "------  ----  ----",
        "a         12  x",
        "longer  9.5M",
    ]
