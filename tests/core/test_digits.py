import pytest

from ssbi_core.digits import significant


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (13260.16, 2, "13000"),
        (2.7021, 2, "2.7"),
        (0.3, 3, "0.3"),
        (550.0, 3, "550"),
        (1.26e6, 2, "1300000"),
        (0.0, 2, "0"),
        (-4.2e-9, 2, "-0.0000000042"),
    ],
)
def test_numbers_are_rounded_and_have_no_power_of_ten(value, digits, said):
    assert significant(value, digits) == said
