import importlib

import jax
import numpy as np
import pytest
from scipy import ndimage

from ssbi_core.errors import InputError
from ssbi_core.materials import Phase
from ssbi_core.simulate import MicrostructureConfig, simulate_microstructure, simulate_microstructures
from ssbi_core.simulate.config import as_parameters

SHAPE = (128, 160)  # one shape for the whole file: one compilation
FLAWLESS = {
    "porosity": 0.0,
    "junction_pores": 0.0,
    "contact_loss": 0.0,
    "dislocation_density_per_um2": 0.0,
    "waviness_nm": 0.0,
    "layer_unevenness": 0.0,
}


def _make(seed: int = 0, **settings):
    return simulate_microstructure(jax.random.key(seed), MicrostructureConfig(shape=SHAPE, **settings))


def test_same_key_same_structure_and_other_key_another():
    np.testing.assert_array_equal(_make(3).labels, _make(3).labels)
    assert (_make(3).labels != _make(4).labels).mean() > 0.01


@pytest.mark.parametrize("angle", [0.0, 90.0, 180.0, 270.0])
def test_interface_angle_points_from_llzo_to_nmc(angle):
    nmc = _make(interface_angle_deg=angle, **FLAWLESS).labels == Phase.NMC
    y, x = (a.mean() for a in np.nonzero(nmc))
    towards = np.array([np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))])
    assert ([y - 63.5, x - 79.5] @ towards) > 25


@pytest.mark.parametrize("angle", [0.0, 37.0, 90.0])
def test_flat_full_layer_has_the_thickness_asked_for(angle):
    structure = _make(
        interface_angle_deg=angle, layer_thickness_nm=10.0, layer_coverage=1.0, layer_into_nmc=0.0, **FLAWLESS
    )
    nmc = structure.labels == Phase.NMC
    depth = ndimage.distance_transform_edt(~nmc)[32:-32]  # away from the rim, where NMC outside the image is nearer
    layer = structure.labels[32:-32] == Phase.REACTION_LAYER
    assert abs(depth[layer].max() - 20) < 1.5  # 10 nm at 0.5 nm per pixel
    assert not (structure.labels == Phase.CONTACT).any()


def test_layer_coverage_is_the_share_of_the_interface_covered():
    shares = []
    for seed in range(12):
        labels = _make(
            seed, geometry="plane", layer_coverage=0.5, layer_patch_nm=8.0, layer_into_nmc=0.0, **FLAWLESS
        ).labels
        edge = labels[:, :-1][np.diff((labels == Phase.NMC) | (labels == Phase.CONTACT), axis=1)]
        shares.append((edge == Phase.REACTION_LAYER).mean())
    assert abs(np.mean(shares) - 0.5) < 0.1


def test_without_layer_or_coating_all_of_the_interface_is_contact():
    labels = _make(layer_thickness_nm=0.0, **FLAWLESS).labels
    assert (labels == Phase.CONTACT).any(axis=1).all()
    assert not (labels == Phase.REACTION_LAYER).any()


@pytest.mark.parametrize("width", [0.0, 0.5, 3.0])
def test_boundaries_have_no_gap_even_below_a_pixel(width):
    structure = _make(geometry="electrolyte", grain_size_nm=12.0, boundary_width_nm=width, **FLAWLESS)
    inside = structure.labels == Phase.LLZO
    regions, count = ndimage.label(inside, np.ones((3, 3)))  # corners connect
    assert count > 10
    for region in range(1, count + 1):
        assert len(np.unique(structure.grain_ids[regions == region])) == 1


def test_boundary_width_is_the_width_asked_for():
    def mean_width(nm: float) -> float:
        labels = _make(geometry="electrolyte", grain_size_nm=30.0, boundary_width_nm=nm, **FLAWLESS).labels
        return (labels == Phase.GRAIN_BOUNDARY).mean()

    assert mean_width(4.0) / mean_width(2.0) == pytest.approx(2.0, rel=0.12)


def test_grain_size_is_the_mean_equivalent_diameter():
    structure = _make(
        geometry="electrolyte", grain_size_nm=8.0, boundary_width_nm=0.0, grain_size_spread=0.5, **FLAWLESS
    )
    grains = len(np.unique(structure.grain_ids[structure.grain_ids > 0]))
    edge_correction = 1 + 2 * 16 * (1 / SHAPE[0] + 1 / SHAPE[1]) / 2  # grains cut by the rim count in full
    diameter = np.sqrt(4 / np.pi * SHAPE[0] * SHAPE[1] / grains * edge_correction) * 0.5
    assert diameter == pytest.approx(8.0, rel=0.15)


def test_porosity_is_met_on_average():
    settings = {**FLAWLESS, "porosity": 0.08, "pore_size_nm": 4.0, "pore_elongation": 1.0}
    found = [(_make(seed, geometry="electrode", **settings).labels == Phase.PORE).mean() for seed in range(10)]
    assert np.mean(found) == pytest.approx(0.08, rel=0.25)


def test_dislocations_lie_in_llzo_only_and_grow_with_density():
    few = _make(dislocation_density_per_um2=500.0)
    many = _make(dislocation_density_per_um2=5000.0)
    count = [(m.labels == Phase.DISLOCATION).sum() for m in (few, many)]
    assert count[1] > 3 * count[0] > 0
    assert many.fractions[0][many.labels == Phase.DISLOCATION].mean() > 0.9


def test_fractions_sum_to_one_and_follow_the_labels():
    structure = _make(coating_thickness_nm=4.0, porosity=0.05)
    np.testing.assert_allclose(structure.fractions.sum(0), 1, atol=1e-5)
    largest = np.array([1, 3, 5, 8, 6])[structure.fractions.argmax(0)]
    bulk = np.isin(structure.labels, (1, 3, 5, 8, 6))
    assert (largest == structure.labels)[bulk].mean() > 0.98


def test_geometries_hold_the_phases_they_promise():
    for geometry in ("slab", "particles"):
        labels = _make(geometry=geometry, slab_width_nm=30.0, particle_count=6, particle_size_nm=30.0).labels
        assert (labels == Phase.NMC).mean() > 0.05
        assert (labels == Phase.LLZO).mean() > 0.05
    assert not (_make(geometry="electrolyte").labels == Phase.NMC).any()
    assert not (_make(geometry="electrode").labels == Phase.LLZO).any()


def test_batch_is_the_same_as_one_by_one():
    configs = [MicrostructureConfig(shape=SHAPE, interface_angle_deg=a) for a in (10.0, 200.0)]
    keys = jax.random.split(jax.random.key(7), 2)
    batch = simulate_microstructures(keys, configs)
    for k in range(2):
        single = simulate_microstructure(keys[k], configs[k])
        assert (batch.labels[k] != single.labels).mean() < 1e-3  # fused arithmetic may round an edge pixel


def test_batch_of_mixed_shapes_is_refused():
    configs = [MicrostructureConfig(shape=SHAPE), MicrostructureConfig(shape=(64, 64))]
    with pytest.raises(InputError, match="one shape"):
        simulate_microstructures(jax.random.split(jax.random.key(0), 2), configs)


def test_changing_settings_does_not_compile_again():
    module = importlib.import_module("ssbi_core.simulate.microstructure")
    _make(0)
    with jax.log_compiles(False):
        before = module._polycrystal._cache_size()
        for angle in (1.0, 2.0, 3.0):
            _make(1, interface_angle_deg=angle, grain_size_nm=10 * angle, porosity=0.01 * angle)
        assert module._polycrystal._cache_size() == before


def test_result_does_not_depend_on_x64():
    config = MicrostructureConfig(shape=SHAPE)
    plain = simulate_microstructure(jax.random.key(5), config)
    with jax.enable_x64(True):
        wide = simulate_microstructure(jax.random.key(5), config)
        assert as_parameters(config).grain_size.dtype == np.float32
    np.testing.assert_array_equal(plain.labels, wide.labels)
    assert wide.fractions.dtype == np.float32


def test_the_electrode_outline_is_not_a_grain_boundary():
    labels = _make(layer_thickness_nm=0.0, grain_size_nm=30.0, boundary_width_nm=0.5, **FLAWLESS).labels
    beside = labels[:, :-1][labels[:, 1:] == Phase.CONTACT]
    assert (beside == Phase.GRAIN_BOUNDARY).mean() < 0.2
    assert (beside == Phase.LLZO).mean() > 0.5
