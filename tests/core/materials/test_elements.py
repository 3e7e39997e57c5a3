from itertools import pairwise

import pytest

from ssbi_core.materials.elements import ATOMIC_NUMBER, STANDARD_ATOMIC_WEIGHT


def test_each_element_has_number_and_weight():
    assert set(ATOMIC_NUMBER) == set(STANDARD_ATOMIC_WEIGHT)
    assert len(set(ATOMIC_NUMBER.values())) == len(ATOMIC_NUMBER)


@pytest.mark.parametrize(
    ("symbol", "number", "weight"),
    [("Li", 3, 6.94), ("O", 8, 15.999), ("Co", 27, 58.933), ("Ni", 28, 58.693), ("La", 57, 138.91), ("Ta", 73, 180.95)],
)
def test_known_elements(symbol, number, weight):
    assert (ATOMIC_NUMBER[symbol], STANDARD_ATOMIC_WEIGHT[symbol]) == (number, weight)


def test_weight_grows_with_number_but_for_the_known_inversions():
    symbols = sorted(ATOMIC_NUMBER, key=ATOMIC_NUMBER.get)
    pairs = pairwise(symbols)
    inverted = {pair for pair in pairs if STANDARD_ATOMIC_WEIGHT[pair[0]] > STANDARD_ATOMIC_WEIGHT[pair[1]]}
    assert inverted == {("Co", "Ni"), ("Te", "I")}
