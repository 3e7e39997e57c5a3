import pytest

from napari_ssbi.widgets.rate_slider import RateSlider


@pytest.fixture
def slider(application):
    return RateSlider()


def test_it_starts_at_five_per_cent_and_says_so(slider):
    assert slider.rate == pytest.approx(0.05, rel=0.05)
    assert slider.words.text() == f"{100 * slider.rate:.2g} %"


@pytest.mark.parametrize("rate", [0.001, 0.003, 0.01, 0.2, 0.5])
def test_a_rate_comes_back_to_two_digits(slider, rate):
    slider.set_rate(rate)
    assert slider.rate == pytest.approx(rate, rel=0.05)


@pytest.mark.parametrize(("rate", "end"), [(1e-9, 0.001), (0.99, 0.5)])
def test_rates_beyond_its_ends_are_the_ends(slider, rate, end):
    slider.set_rate(rate)
    assert slider.rate == end


def test_moving_it_tells_the_rate_that_is_read(slider):
    told: list[float] = []
    slider.changed.connect(told.append)
    slider.slider.setValue(slider.slider.value() + 30)
    assert told == [slider.rate]
    assert slider.words.text() == f"{100 * slider.rate:.2g} %"
