from __future__ import annotations

import numpy as np
import pytest
from benchmarks.predict.peers.physics_features import global_features, named_features

from ssbi_core.materials import Phase, load_system
from ssbi_core.predict import material_values

SYSTEM = load_system("llzo_nmc")
MATERIAL = material_values(SYSTEM, 298.15)


def laminate():
    labels = np.full((60, 40), Phase.LLZO, np.uint8)
    labels[30:36], labels[36:] = Phase.REACTION_LAYER, Phase.NMC
    return labels


def test_every_series_estimate_of_a_laminate_is_exact():
    rows = {Phase.LLZO: 30, Phase.REACTION_LAYER: 6, Phase.NMC: 24}
    exact = np.log(60 / sum(n / SYSTEM.conductivity(phase, 298.15) for phase, n in rows.items()))
    found = named_features(laminate(), 0, 0.5, MATERIAL)
    for name in ("log_wiener_lower", "log_rows_in_series", "log_columns_in_parallel"):
        assert found[name] == pytest.approx(exact, abs=1e-4), name


def test_coverage_counts_what_lies_on_the_electrode():
    labels = laminate()
    labels[30:36, :10] = Phase.PORE
    found = named_features(labels, 0, 0.5, MATERIAL)
    assert found["coverage_by_pores"] == pytest.approx(0.25)
    assert found["coverage_by_layers"] == pytest.approx(0.75)
    assert found["log_layer_thickness_nm"] == pytest.approx(np.log(3.5))  # 6 pixels, and one so that none is a number


@pytest.mark.parametrize("kind", [Phase.LLZO, Phase.NMC, Phase.PORE])
def test_features_are_numbers_also_of_a_picture_of_one_phase(kind):
    features = global_features(np.full((32, 32), kind, np.uint8), 0, 0.5, MATERIAL)
    assert features.shape == (22,)
    assert np.isfinite(features).all()


def test_features_turn_with_the_picture():
    turned = global_features(np.ascontiguousarray(laminate().T), 1, 0.5, MATERIAL)
    np.testing.assert_allclose(turned, global_features(laminate(), 0, 0.5, MATERIAL), rtol=1e-9)
