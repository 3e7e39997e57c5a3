import numpy as np
import pytest

from ssbi_core.segment.calibration import expected_calibration_error, fit_temperature


def _calibrated(count: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (count, 4)).astype(np.float32)
    gumbel = rng.gumbel(size=logits.shape)  # argmax(logits + Gumbel) is a draw from softmax(logits)
    return logits, (logits + gumbel).argmax(-1)


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.5])
def test_the_temperature_undoes_a_scaling_of_the_scores(factor):
    logits, targets = _calibrated()
    assert fit_temperature(factor * logits, targets) == pytest.approx(factor, rel=0.03)


def test_calibrated_scores_have_a_small_error_and_sharpened_ones_do_not():
    logits, targets = _calibrated()
    assert expected_calibration_error(logits, targets, 1.0) < 0.01
    assert expected_calibration_error(logits, targets, 0.3) > 0.1
