import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.settings.units import Amount, human, parse_count


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (7, "7"),
        (950, "950"),
        (999, "999"),
        (1000, "1K"),
        (1234, "1.23K"),
        (9_994, "9.99K"),
        (9_996, "10K"),
        (250_000, "250K"),
        (999_949, "999.9K"),
        (999_960, "1M"),
        (1_200_000, "1.2M"),
        (3_421_000, "3.42M"),
        (240_100_000, "240.1M"),
        (2_550_000_000, "2.55G"),
        (1.5e15, "1500T"),
        (-1_200_000, "-1.2M"),
    ],
)
def test_human(count, text):
    assert human(count) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("240M", 240_000_000),
        ("240m", 240_000_000),
        (" 240 M ", 240_000_000),
        ("2.4e8", 240_000_000),
        ("2.4E+8", 240_000_000),
        ("300K", 300_000),
        ("240000000", 240_000_000),
        ("240,000,000", 240_000_000),
        ("240_000_000", 240_000_000),
        ("0.3G", 300_000_000),
        ("1.005M", 1_005_000),
        ("0", 0),
    ],
)
def test_parse_count(text, count):
    parsed = parse_count(text)
    assert parsed == count
    assert isinstance(parsed, int)


@pytest.mark.parametrize(
    "text",
    ["", "M", "abc", "-3M", "nan", "inf", "1.5", "1.2345K", "3MM", "3 4", "1e-3", "1e99", "10%"],
)
def test_parse_count_refuses_nonsense_and_names_it(text):
    with pytest.raises(InputError) as error:
        parse_count(text)
    assert repr(text) in str(error.value)
    assert "\n" not in str(error.value)


def test_human_loses_less_than_half_a_percent():
    count = 1
    while count < 10**14:
        assert parse_count(human(count)) == pytest.approx(count, rel=0.005)
        count = count * 17 // 10 + 1


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("240M macs", (240_000_000, False, "macs")),
        ("0.4ms", (0.4, False, "latency_ms")),
        ("96KB flash", (96_000, False, "flash_bytes")),
        ("96K flash", (96_000, False, "flash_bytes")),
        (" 128 KB ram ", (128_000, False, "ram_bytes")),
        ("50Kparams", (50_000, False, "params")),
        ("25%", (0.25, True, None)),
        ("25% ms", (0.25, True, "latency_ms")),
        ("5K", (5_000, False, None)),
    ],
)
def test_amounts_of_any_resource(text, amount):
    assert Amount.parse_any("floor", text) == amount


@pytest.mark.parametrize("text", ["", "ms", "4 bananas", "-1ms", "infms", "0.4", "1.5KB volts"])
def test_other_amounts_are_refused(text):
    with pytest.raises(InputError, match=r"^floor: expected an amount like"):
        Amount.parse_any("floor", text)
