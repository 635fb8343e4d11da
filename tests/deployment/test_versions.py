import pytest

from goldnas_tf.deployment.versions import next_version, version_folder


def test_the_first_version_is_1(tmp_path):
    assert next_version(tmp_path, "digits") == 1
    assert next_version(tmp_path / "not" / "there", "digits") == 1


@pytest.mark.parametrize(
    ("there", "following"),
    [
        (["serving/digits/1"], 2),
        (["serving/digits/1", "litert/digits/3"], 4),
        (["serving/digits/9", "serving/digits/10"], 11),
        (["serving/others/7"], 1),
        # a folder that an export was killed in, and what a user may put there
        (["serving/digits/.2.abc", "serving/digits/notes"], 1),
        (["litert/digits/0004"], 5),
    ],
)
def test_the_highest_version_of_any_format_counts(tmp_path, there, following):
    for path in there:
        (tmp_path / path).mkdir(parents=True)
    assert next_version(tmp_path, "digits") == following


def test_the_parent_of_a_version_is_a_model_base(tmp_path):
    folder = version_folder(tmp_path, "serving", "digits", 12)
    assert folder == tmp_path / "serving" / "digits" / "12"
