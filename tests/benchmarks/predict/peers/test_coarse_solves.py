from __future__ import annotations

import numpy as np
import pytest
from benchmarks.predict.peers.coarse_solves import MEANS, coarse_features, fit_coarse_ridge, log_coarse
from benchmarks.predict.peers.fine_links import fine_links

from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.predict import material_values
from ssbi_core.predict.metrics import gaussian_nll
from ssbi_core.transport import TransportConfig, solve_conduction

SYSTEM = load_system("llzo_nmc")
MATERIAL = material_values(SYSTEM, 298.15)
CM = 1e-7


def laminate(contact):
    labels = np.full((64, 64), Phase.LLZO, np.uint8)
    labels[37:41], labels[41:] = Phase.REACTION_LAYER, Phase.NMC
    if contact:
        labels[36:41] = Phase.LLZO
        labels[40] = Phase.CONTACT
    return labels


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("blocks", [16, 32, 64])
@pytest.mark.parametrize("means", MEANS)
def test_layers_in_series_are_exact_in_every_average(axis, blocks, means):
    rows = {Phase.LLZO: 37, Phase.REACTION_LAYER: 4, Phase.NMC: 23}
    exact = 64 / sum(n / SYSTEM.conductivity(phase, 298.15) for phase, n in rows.items())
    labels = laminate(contact=False)
    fine = fine_links(labels if axis == 0 else labels.T, axis, 0.5, MATERIAL)
    np.testing.assert_allclose(np.exp(log_coarse(fine, blocks, means)), exact, rtol=1e-5)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("pixel_size_nm", [0.5, 5.0])
@pytest.mark.parametrize("means", MEANS)
def test_a_contact_adds_its_resistance_wherever_it_lies_in_a_block(axis, pixel_size_nm, means):
    labels = laminate(contact=True)
    pixel = pixel_size_nm * CM
    fine = fine_links(labels if axis == 0 else labels.T, axis, pixel_size_nm, MATERIAL)
    rows = [(fine.body == phase).any(1).sum() for phase in (Phase.LLZO, Phase.NMC)]
    assert sum(rows) == 64
    bodies = sum(n * pixel / SYSTEM.conductivity(p, 298.15) for n, p in zip(rows, (Phase.LLZO, Phase.NMC), strict=True))
    exact = 64 * pixel / (bodies + SYSTEM.resistance(Phase.CONTACT, 298.15))
    for blocks in (16, 32, 64):
        np.testing.assert_allclose(np.exp(log_coarse(fine, blocks, means)), exact, rtol=1e-5)


def test_blocks_of_one_pixel_approach_the_solver_as_pixels_are_refined():
    y, x = np.mgrid[:64, :64]
    depth = y + 0.4 * x - 40
    labels = np.select([depth < 0, depth < 4], [Phase.LLZO, Phase.REACTION_LAYER], Phase.NMC).astype(np.uint8)
    error = []
    for times in (1, 2, 4):
        finer = np.kron(labels, np.ones((times, times), np.uint8))  # the same staircase
        quick = TransportConfig(temperature=298.15, axis=0, bounds=False, knockout=False, bottlenecks=False)
        solved = solve_conduction(PhaseMap(finer, 0.5 / times), config=quick).effective_conductivity.estimate
        fine = fine_links(finer, 0, 0.5 / times, MATERIAL)
        error.append(abs(np.exp(log_coarse(fine, 64 * times, (1, 1))) / solved - 1))
    assert error[2] < 0.6 * error[1] < 0.36 * error[0]
    assert error[2] < 0.03


def test_pictures_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="whole pixels"):
        coarse_features(np.full((60, 60), Phase.LLZO, np.uint8), 0, 0.5, MATERIAL)


def heteroscedastic(seed):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(400, 37))
    noise = 0.1 * np.exp(1.5 * features[:, 30])
    return features, features @ rng.normal(size=37) - 15 + noise * rng.normal(size=400)


def test_ridge_finds_a_line():
    features, log_sigma = heteroscedastic(0)
    mean, _ = fit_coarse_ridge(features[:300], log_sigma[:300]).predict(features[300:])
    assert np.corrcoef(mean, log_sigma[300:])[0, 1] > 0.95


def test_a_spread_of_its_own_for_each_sample_is_worth_more_than_one_for_all():
    gains = []
    for seed in range(8):  # one draw proves little: an outlier decides it
        features, log_sigma = heteroscedastic(seed)
        fitted = fit_coarse_ridge(features[:300], log_sigma[:300])
        mean, sd = fitted.predict(features[300:])
        one_for_all = np.full(100, np.sqrt(fitted.mean_square))
        scores = [gaussian_nll(log_sigma[300:], mean, spread).mean() for spread in (one_for_all, sd)]
        gains.append(scores[0] - scores[1])
    assert np.median(gains) > 0.1
    assert np.mean(gains) > 0
