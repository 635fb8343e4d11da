"""Files of JSON that were damaged where it is hard to see."""

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.files.kinds import Kind

KIND = Kind("a recipe", schema=1)
VALUES = {"name": "bread", "grams": 500}


@pytest.fixture
def file(tmp_path):
    KIND.write(tmp_path / "recipe.json", VALUES)
    return tmp_path / "recipe.json"


def test_another_value_is_told(file):
    file.write_text(file.read_text().replace("500", "501"))
    with pytest.raises(InputError, match="expected a recipe as it was written"):
        KIND.read(file)


@pytest.mark.parametrize("name", ["diggst", "", "d"])
def test_a_digest_whose_name_was_damaged_is_no_value(file, name):
    file.write_text(file.read_text().replace('"digest"', f'"{name}"'))
    assert KIND.read(file) == VALUES
