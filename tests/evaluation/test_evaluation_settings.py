import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.evaluation.settings import EvaluationConfig


def test_batch_sizes_are_numbers_once_and_ascending():
    config = EvaluationConfig(network=("a",), batches=("32", "1", "8", "32"))
    assert config.batch_sizes == (1, 8, 32)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "network: expected what is measured, such as .*received ''"),
        ({"network": ("a", "")}, "network: expected what is measured"),
        ({"network": ("a",), "split": "all"}, "split.* one of validation, test, train"),
        ({"network": ("a",), "batches": ("1", "0")}, "batches: expected numbers .* received '0'"),
        ({"network": ("a",), "batches": ("many",)}, "batches: expected numbers .* received 'many'"),
        ({"network": ("a",), "threads": -1}, "threads.* at least 0"),
    ],
)
def test_bad_values_are_told(values, said):
    with pytest.raises(InputError, match=said):
        EvaluationConfig(**values)
