import numpy as np
import pytest
from scipy.ndimage import label

from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.optimize.closed_loop.edits import add_coating, close_pores, coarsen_grains, edited, resize_layer
from ssbi_core.simulate import ProcessParameters, mark_contact, microstructure_statistics
from ssbi_core.simulate.study import simulate_sample


@pytest.fixture
def laminate():
    labels = np.full((60, 40), Phase.LLZO, np.uint8)
    labels[30:40] = Phase.REACTION_LAYER
    labels[40:] = Phase.NMC
    return labels


@pytest.mark.parametrize("ratio", [0.3, 0.5, 0.8, 1.5, 2.0])
def test_a_flat_layer_gets_as_thick_as_is_said_and_stays_on_the_electrode(laminate, ratio):
    result = resize_layer(laminate, ratio)
    rows = np.flatnonzero((result == Phase.REACTION_LAYER).all(1))
    assert len(rows) == pytest.approx(10 * ratio, abs=1)
    assert rows.max() == 39
    assert np.sum(result == Phase.NMC) == np.sum(laminate == Phase.NMC)


def test_a_coating_lies_on_the_electrode(laminate):
    result = add_coating(laminate, 3)
    rows = np.flatnonzero((result == Phase.COATING).all(1))
    assert rows.tolist() == [37, 38, 39]


def test_pores_shrink_to_their_share_and_become_what_surrounds_them():
    labels = np.full((80, 80), Phase.LLZO, np.uint8)
    row, column = np.ogrid[:80, :80]
    labels[(row - 40) ** 2 + (column - 40) ** 2 < 20**2] = Phase.PORE
    area = np.sum(labels == Phase.PORE)
    result = close_pores(labels, 0.25, 1.0)
    assert np.sum(result == Phase.PORE) / area == pytest.approx(0.25, abs=0.06)
    assert set(np.unique(result)) == {Phase.LLZO, Phase.PORE}


def test_grains_that_grow_twofold_are_a_quarter_as_many():
    _, structure, _ = simulate_sample(3, 0, process=ProcessParameters(initial_grain_size_nm=12))
    labels = np.where(structure.labels == Phase.DISLOCATION, Phase.LLZO, structure.labels).astype(np.uint8)
    grown = coarsen_grains(labels, 2.0, seed=0)
    before, after = (np.bincount(label(each == Phase.LLZO)[0].ravel())[1:] for each in (labels, grown))
    assert np.sum(after > 50) / np.sum(before > 50) == pytest.approx(0.25, abs=0.1)


def test_nothing_to_change_changes_nothing():
    _, structure, _ = simulate_sample(3, 1)
    phases = PhaseMap(structure.labels, 0.5, name="own")
    same = microstructure_statistics(ProcessParameters(coating_thickness_nm=3), load_system())
    np.testing.assert_array_equal(edited(phases, same, same).labels, mark_contact(structure.labels))


def test_a_clean_cold_process_leaves_less_layer_and_fewer_pores():
    system = load_system()
    worse, better = (
        microstructure_statistics(ProcessParameters(**each), system)
        for each in (
            {"sintering_temperature_C": 750, "surface_treatment": 0.2, "pressure_MPa": 20},
            {"sintering_temperature_C": 600, "surface_treatment": 1.0, "pressure_MPa": 120},
        )
    )
    _, structure, _ = simulate_sample(3, 2, process=ProcessParameters(sintering_temperature_C=750, pressure_MPa=20))
    result = edited(PhaseMap(structure.labels, 0.5, name="own"), worse, better).labels
    for phase in (Phase.REACTION_LAYER, Phase.PORE):
        assert np.sum(result == phase) < np.sum(structure.labels == phase)
