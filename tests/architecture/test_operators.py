import pytest

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.parts import Pool, Separable, Skip
from goldnas_tf.architecture.primitives import Kernel
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
    ("name", "parts"),
    [
        ("skip_connect", (Skip(),)),
        ("sep_conv_3x3", (Separable(3), Separable(3))),
        ("sep_conv_5x5", (Separable(5), Separable(5))),
        ("dil_conv_3x3", (Separable(3, dilation=2),)),
        ("avg_pool_3x3", (Pool("avg", 3),)),
        ("max_pool_3x3", (Pool("max", 3),)),
    ],
)
def test_registered_operators_are_those_of_the_field(name, parts):
    assert operators.get(name) == (name, parts)


def test_a_new_operator_takes_one_line(registry):
    new = operators.register("sep_conv_7x7", Separable(7), Separable(7))
    assert operators.get("sep_conv_7x7") is new
    assert operators.names()[-1] == "sep_conv_7x7"


def test_a_name_is_registered_once(registry):
    with pytest.raises(ValueError, match="'skip_connect', registered already"):
        operators.register("skip_connect", Skip())


def test_an_operator_has_stages(registry):
    with pytest.raises(ValueError, match="at least one of operator 'nothing'"):
        operators.register("nothing")
    assert "nothing" not in operators.names()


def test_an_unknown_operator_is_told_with_the_choice():
    with pytest.raises(InputError) as caught:
        operators.get("conv")
    assert str(caught.value).startswith("ops: expected some of skip_connect, sep_")


def test_the_first_stage_carries_the_stride():
    assert operators.get("sep_conv_3x3").strided(2) == [(Separable(3), 2), (Separable(3), 1)]
    assert operators.get("sep_conv_3x3").strided(1) == [(Separable(3), 1), (Separable(3), 1)]
    assert operators.get("skip_connect").strided(2) == [(Skip(), 2)]


def test_kernels_by_hand():
    matrix = Kernel((8, 8), fan_in=8, channels=(0, 1))
    assert Separable(5).kernels(8, 1) == {
        "depthwise_5x5": Kernel((5, 5, 8, 1), fan_in=25, channels=(2,)),
        "pointwise": matrix,
    }
    assert Separable(3, 2).kernels(8, 2) == {
        "depthwise_3x3": Kernel((3, 3, 8, 1), fan_in=9, channels=(2,)),
        "pointwise": matrix,
    }
    assert Pool("max").kernels(8, 2) == {}
    assert Skip().kernels(8, 1) == {}
    assert Skip().kernels(8, 2) == {"pointwise": matrix}


@pytest.mark.parametrize(("kernel", "dilation"), [(2, 1), (4, 2)])
def test_an_even_kernel_is_refused(kernel, dilation):
    with pytest.raises(ValueError, match=f"kernel: expected an odd number; received {kernel}"):
        Separable(kernel, dilation)


def test_an_odd_dilation_is_refused():
    with pytest.raises(ValueError, match="dilation: expected 1 or an even number; received 3"):
        Separable(3, dilation=3)
