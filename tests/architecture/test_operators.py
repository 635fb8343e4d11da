import pytest

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.operators import Pool, Separable, Skip
from goldnas_tf.errors import InputError


@pytest.fixture
def registry(monkeypatch):
    """A copy of the registry that the test may change."""
    copied = dict(operators._registry)
    monkeypatch.setattr(operators, "_registry", copied)
    return copied


def test_default_candidates_come_first():
    assert operators.names()[:2] == ("skip_connect", "sep_conv_3x3")


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        ("skip_connect", (Skip(),)),
        ("sep_conv_3x3", (Separable(3), Separable(3))),
        ("sep_conv_5x5", (Separable(5), Separable(5))),
        ("dil_conv_3x3", (Separable(3, dilation=2),)),
        ("avg_pool_3x3", (Pool("avg", 3),)),
        ("max_pool_3x3", (Pool("max", 3),)),
    ],
)
def test_registered_operators_are_those_of_the_field(name, stages):
    assert operators.get(name) == (name, stages)


def test_a_new_operator_takes_one_line(registry):
    new = operators.register("sep_conv_7x7", Separable(7), Separable(7))
    assert operators.get("sep_conv_7x7") is new
    assert operators.names()[-1] == "sep_conv_7x7"


def test_a_name_is_registered_once(registry):
    with pytest.raises(ValueError, match="'skip_connect', registered already"):
        operators.register("skip_connect", Skip())


def test_an_operator_has_stages(registry):
    with pytest.raises(ValueError, match="at least one stage for operator 'nothing'"):
        operators.register("nothing")
    assert "nothing" not in operators.names()


def test_an_unknown_operator_is_told_with_the_choice():
    with pytest.raises(InputError) as caught:
        operators.get("conv")
    assert str(caught.value).startswith("unknown operator 'conv'; choose from skip_connect, sep_")


def test_the_first_stage_carries_the_stride():
    assert operators.get("sep_conv_3x3").strides(2) == (2, 1)
    assert operators.get("sep_conv_3x3").strides(1) == (1, 1)
    assert operators.get("skip_connect").strides(2) == (2,)


def test_kernels_by_hand():
    assert Separable(5).kernels(8, 1) == {"depthwise_5x5": (5, 5, 8, 1), "pointwise": (8, 8)}
    assert Separable(3, 2).kernels(8, 2) == {
        "depthwise_3x3": (3, 3, 8, 1),
        "pointwise": (8, 8),
    }
    assert Pool("max").kernels(8, 2) == {}
    assert Skip().kernels(8, 1) == {}
    assert Skip().kernels(8, 2) == {"pointwise": (8, 8)}


@pytest.mark.parametrize(("kernel", "dilation"), [(2, 1), (4, 2)])
def test_an_even_kernel_is_refused(kernel, dilation):
    with pytest.raises(ValueError, match=rf"an odd kernel\. Received: {kernel}"):
        Separable(kernel, dilation)


def test_an_odd_dilation_is_refused():
    with pytest.raises(ValueError, match=r"of 1 or an even one\. Received: 3"):
        Separable(3, dilation=3)
