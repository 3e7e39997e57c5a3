from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.transport.impedance import relaxation_times

FREQUENCY = np.logspace(-1, 9, 81)


def _arc(resistance: float, tau: float, exponent: float = 1.0) -> np.ndarray:
    return resistance / (1 + (2j * np.pi * FREQUENCY * tau) ** exponent)


def test_three_capacitive_arcs_are_found_with_time_and_resistance():
    truth = [(20.0, 1e-2), (5.0, 1e-5), (1.0, 1e-8)]
    drt = relaxation_times(FREQUENCY, 0.3 + sum(_arc(r, tau) for r, tau in truth))
    assert [p.relaxation_time for p in drt.peaks] == pytest.approx([tau for _, tau in truth], rel=0.02)
    assert [p.resistance for p in drt.peaks] == pytest.approx([r for r, _ in truth], rel=0.01)
    assert [p.frequency for p in drt.peaks] == pytest.approx([1 / (2 * np.pi * tau) for _, tau in truth], rel=0.02)
    assert drt.series_resistance == pytest.approx(0.3, rel=0.01)
    assert sum(p.share for p in drt.peaks) == pytest.approx(26 / 26.3, rel=0.01)
    assert drt.misfit < 1e-3


def test_depressed_arcs_are_broad_peaks_at_their_time():
    truth = [(20.0, 1e-2, 0.8), (5.0, 1e-5, 0.9), (1.0, 1e-8, 1.0)]
    drt = relaxation_times(FREQUENCY, sum(_arc(*element) for element in truth))
    assert len(drt.peaks) == 3
    assert [p.relaxation_time for p in drt.peaks] == pytest.approx([tau for _, tau, _ in truth], rel=0.05)
    assert [p.resistance for p in drt.peaks] == pytest.approx([r for r, _, _ in truth], rel=0.02)


def test_distribution_of_a_depressed_arc_is_the_known_one():
    """G(ln tau) = sin(pi (1 - n)) / (2 pi (cosh(n ln(tau / tau0)) - cos(pi (1 - n)))), Fuoss and Kirkwood 1941."""
    n, tau0 = 0.8, 1e-4
    drt = relaxation_times(FREQUENCY, _arc(3.0, tau0, n))
    angle = np.pi * (1 - n)
    exact = 3 * np.sin(angle) / (2 * np.pi * (np.cosh(n * np.log(drt.relaxation_time / tau0)) - np.cos(angle)))
    near = np.abs(np.log10(drt.relaxation_time / tau0)) < 3
    assert np.abs(drt.distribution - exact)[near].max() < 0.05 * exact.max()


def test_a_decade_apart_is_told_apart():
    drt = relaxation_times(FREQUENCY, _arc(1.0, 1e-6) + _arc(1.0, 1e-5))
    assert [p.relaxation_time for p in drt.peaks] == pytest.approx([1e-5, 1e-6], rel=0.03)
    assert [p.resistance for p in drt.peaks] == pytest.approx([1, 1], rel=0.03)


def test_noise_raises_the_penalty_and_leaves_the_peaks():
    rng = np.random.default_rng(0)
    clean = _arc(20.0, 1e-2) + _arc(5.0, 1e-5) + _arc(1.0, 1e-8)
    noise = 1 + 3e-3 * (rng.normal(size=clean.size) + 1j * rng.normal(size=clean.size))
    without, with_noise = relaxation_times(FREQUENCY, clean), relaxation_times(FREQUENCY, clean * noise)
    assert with_noise.regularization > without.regularization
    assert [p.resistance for p in with_noise.peaks] == pytest.approx([20, 5, 1], rel=0.02)


def test_blocking_electrode_is_a_capacitor_and_no_peak():
    drt = relaxation_times(FREQUENCY, _arc(2.0, 1e-7) + 1 / (2j * np.pi * FREQUENCY * 3e-8), blocking=True)
    assert drt.series_capacitance == pytest.approx(3e-8, rel=1e-2)
    assert [p.resistance for p in drt.peaks] == pytest.approx([2.0], rel=0.02)


def test_order_of_the_frequencies_does_not_matter():
    up, down = relaxation_times(FREQUENCY, _arc(2.0, 1e-3)), relaxation_times(FREQUENCY[::-1], _arc(2.0, 1e-3)[::-1])
    assert np.allclose(up.distribution, down.distribution, atol=1e-6 * up.distribution.max())


@pytest.mark.parametrize(
    ("frequency", "impedance"),
    [
        ([], []),
        ([1.0, 2.0], [1.0, 1.0]),
        (FREQUENCY, _arc(1.0, 1.0)[:-1]),
        (-FREQUENCY, _arc(1.0, 1.0)),
        (FREQUENCY, np.full(81, np.nan)),
        (FREQUENCY, np.zeros(81)),
    ],
)
def test_spectra_that_make_no_sense_are_refused(frequency, impedance):
    with pytest.raises(InputError) as caught:
        relaxation_times(np.asarray(frequency), np.asarray(impedance))
    assert caught.value.to_do
