"""Counts of every size, written and read."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldnas_tf.errors import InputError
from goldnas_tf.settings.units import Amount, human, parse_count

# of all sizes, and just below and at those where a unit begins
COUNTS = st.integers(0, 10**18) | st.builds(
    lambda power, less: 10**power - less * 10 ** (power - 5), st.integers(5, 18), st.integers(0, 9)
)
SUFFIXES = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@given(COUNTS)
def test_whole_numbers_are_read_as_they_are(count):
    for text in (f"{count}", f"{count:,}", f"{count:_}", f" {count} "):
        assert parse_count(text) == count


@given(st.integers(0, 10**9), st.integers(0, 3), st.sampled_from(sorted(SUFFIXES)))
def test_fractions_of_a_suffix_are_exact(count, decimals, suffix):
    whole, fraction = divmod(count, 10**decimals)
    text = f"{whole}.{fraction:0{decimals}d}" if decimals else str(whole)
    expected = count * SUFFIXES[suffix] // 10**decimals
    for written in (text + suffix, text + suffix.lower(), f"{text} {suffix}"):
        if expected > 10**18:
            with pytest.raises(InputError, match="at most"):
                parse_count(written)
        else:
            assert parse_count(written) == expected


@given(COUNTS)
def test_what_is_shown_is_near_what_it_was(count):
    assert parse_count(human(count)) == pytest.approx(count, rel=0.005)
    assert human(-count) == (f"-{human(count)}" if count else "0")
    if count < 1000:
        assert human(count) == str(count)
    elif count < 999 * 10**12:  # above, there is no further unit
        assert re.fullmatch(r"\d{1,3}(\.\d{1,2})?[KMGT]", human(count))


@given(COUNTS, COUNTS)
def test_what_is_shown_keeps_the_order(one, other):
    small, large = sorted((one, other))
    assert parse_count(human(small)) <= parse_count(human(large))


@given(st.integers(0, 1000), st.integers(0, 10**15))
def test_a_share_is_of_the_start(tenths, start):
    amount = Amount.parse("macs_floor", f"{tenths / 10}%")
    assert amount.relative
    assert abs(1000 * amount.of(start) - tenths * start) <= 500 + 1e-12 * 1000 * start
    assert 0 <= amount.of(start) <= start


@given(COUNTS, COUNTS)
def test_a_count_is_itself_whatever_the_start(count, start):
    assert Amount.parse("macs_floor", str(count)) == Amount(count, False)
    assert Amount.parse("macs_floor", str(count)).of(start) == count


# what is nearly a count, and anything at all
TEXTS = st.text(alphabet="0123456789.,_eE+-KMGTkmgt% ", max_size=8) | st.text(max_size=5)


@given(TEXTS)
def test_any_text_is_a_count_or_refused(text):
    with contextlib.suppress(InputError):
        assert 0 <= parse_count(text) <= 10**18
    with contextlib.suppress(InputError):
        assert 0 <= Amount.parse("macs_floor", text).of(100) <= 10**18


def test_a_suffix_that_only_looks_like_one_is_refused():
    with pytest.raises(InputError):
        parse_count("3\N{KELVIN SIGN}")
