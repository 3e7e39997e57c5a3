import jax
import numpy as np
import pytest

from ssbi_core.materials import Phase, load_system
from ssbi_core.simulate import ImagingConfig, MicrostructureConfig, simulate_micrograph, simulate_microstructure
from ssbi_core.simulate.artefacts import charging, contamination, curtaining, detect, scan_lines

SHAPE = (128, 160)  # as in test_microstructure.py: compiled once per session
SYSTEM = load_system()
CLEAN = ImagingConfig(
    dose=1e9,
    probe_nm=0,
    defocus_px=0,
    wedge=0,
    thickness_variation=0,
    milling_contrast=0,
    grain_contrast=0,
    texture=0,
    boundary_contrast=0,
    boundary_spread=0,
    dislocation_contrast=0,
    pore_level=0,
    jitter_px=0,
    line_noise=0,
    readout_noise=0,
    curtaining=0,
    bit_depth=32,
    gain=1,
    offset=0,
    eds_counts=400,
    sensitivity_spread=0,
    beam_broadening_nm=0,
    misregistration_px=0,
    drift_px=0,
    line_overlap=0,
    eds_background=0,
)


@pytest.fixture(scope="module")
def structure():
    config = MicrostructureConfig(
        shape=SHAPE, porosity=0.08, pore_size_nm=8, inclination_nm=0, pore_edge_nm=0, layer_coverage=1
    )
    return simulate_microstructure(jax.random.key(1), config)


def _image(structure, **changes):
    return simulate_micrograph(jax.random.key(2), structure, CLEAN.model_copy(update=changes))


def _inside(structure, phase):
    return structure.fractions[[1, 3, 5, 8, 6].index(phase)] == 1


def test_clean_haadf_is_the_z_contrast_of_the_material(structure):
    haadf = _image(structure, exponent=1.7).haadf
    for phase in (Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER, Phase.PORE):
        expected = SYSTEM.haadf_contrast(phase, 1.7)
        assert haadf[_inside(structure, phase)].mean() == pytest.approx(expected, abs=0.002)


def test_clean_eds_is_proportional_to_number_density(structure):
    maps = _image(structure).elements
    lanthanum = {p: SYSTEM.phase(p).atoms_per_nm3().get("La", 0.0) for p in (Phase.LLZO, Phase.REACTION_LAYER)}
    measured = {p: maps["La"][_inside(structure, p)].mean() for p in lanthanum}
    ratio = lanthanum[Phase.REACTION_LAYER] / lanthanum[Phase.LLZO]
    assert measured[Phase.REACTION_LAYER] / measured[Phase.LLZO] == pytest.approx(ratio, rel=0.02)
    assert maps["La"][_inside(structure, Phase.NMC)].sum() == 0
    assert maps["Ni"][_inside(structure, Phase.LLZO)].sum() == 0


def test_pores_hold_no_counts_and_lithium_has_no_map(structure):
    maps = _image(structure, eds_background=0.1, line_overlap=1).elements
    assert "Li" not in maps
    for counts in maps.values():
        assert counts[_inside(structure, Phase.PORE)].sum() == 0


def test_eds_counts_are_poisson(structure):
    counts = _image(structure, eds_counts=5).elements["La"][_inside(structure, Phase.LLZO)]
    assert np.all(counts == np.round(counts))
    assert counts.var() / counts.mean() == pytest.approx(1, abs=0.1)


def test_shot_noise_follows_the_dose(structure):
    inside = _inside(structure, Phase.LLZO)
    noise = [_image(structure, dose=dose).haadf[inside].std() for dose in (1e3, 1e5)]
    assert noise[0] == pytest.approx(1 / np.sqrt(100), rel=0.1)  # 1e3 electrons, 10 % collected
    assert noise[0] / noise[1] == pytest.approx(10, rel=0.1)


def test_misregistration_moves_eds_by_the_distance_asked_for(structure):
    still, moved = (_image(structure, misregistration_px=d).elements["La"] for d in (0.0, 4.0))
    spectrum = np.fft.fft2(still) * np.conj(np.fft.fft2(moved))
    peak = np.unravel_index(np.fft.ifft2(spectrum).real.argmax(), SHAPE)
    shift = [p - n if p > n / 2 else p for p, n in zip(peak, SHAPE, strict=True)]
    assert np.hypot(*shift) == pytest.approx(4, abs=1.0)


def test_element_selection_includes_elements_the_specimen_lacks(structure):
    maps = _image(structure, elements=("La", "Al")).elements
    assert list(maps) == ["La", "Al"]
    assert maps["Al"].sum() == 0
    assert _image(structure, eds_counts=0).elements == {}


def test_binned_eds_keeps_its_counts(structure):
    totals = [_image(structure, eds_binning=b).elements["Ni"].mean() for b in (1, 4)]
    assert totals[1] == pytest.approx(totals[0], rel=0.02)


def test_inversion_turns_contrast_over(structure):
    plain, inverted = (_image(structure, inverted=i).haadf for i in (False, True))
    assert np.corrcoef(plain.ravel(), inverted.ravel())[0, 1] < -0.999


def test_boundary_contrast_has_the_sign_asked_for(structure):
    line = (structure.labels == Phase.GRAIN_BOUNDARY) & _inside(structure, Phase.LLZO)
    grain = (structure.boundary_distance > 5) & _inside(structure, Phase.LLZO)
    for sign in (-0.2, 0.2):
        haadf = _image(structure, boundary_contrast=sign, boundary_tilt_nm=0).haadf
        assert np.sign(haadf[line].mean() - haadf[grain].mean()) == np.sign(sign)


def test_same_key_same_image_and_everything_is_float32(structure):
    first, second = (simulate_micrograph(jax.random.key(9), structure, ImagingConfig()) for _ in range(2))
    np.testing.assert_array_equal(first.haadf, second.haadf)
    assert first.haadf.dtype == np.float32
    for element, counts in first.elements.items():
        assert counts.dtype == np.float32
        np.testing.assert_array_equal(counts, second.elements[element])


@pytest.mark.parametrize("effect", [curtaining, contamination, charging])
def test_artefacts_are_off_at_zero_and_finite_at_full_strength(effect):
    rng = np.random.default_rng(0)
    off = effect(rng, SHAPE, ImagingConfig(curtaining=0, contamination=0, charging=0))
    on = effect(rng, SHAPE, ImagingConfig(curtaining=0.3, contamination=1, charging=1))
    assert np.ptp(off) == 0
    assert np.isfinite(on).all()
    assert np.ptp(on) > 0.1


def test_scan_jitter_shifts_lines_without_changing_their_content():
    rng = np.random.default_rng(0)
    image = np.tile(np.arange(160, dtype=np.float32), (128, 1))
    moved = scan_lines(rng, image, ImagingConfig(jitter_px=1, line_noise=0))
    shifts = (moved - image)[:, 20:-20]
    np.testing.assert_allclose(np.ptp(shifts, axis=1), 0, atol=1e-3)
    assert 0.5 < shifts[:, 0].std() < 2


def test_saturation_clips_the_share_asked_for():
    rng = np.random.default_rng(0)
    image = np.random.default_rng(1).random(SHAPE, dtype=np.float32)
    counts = detect(rng, image, CLEAN.model_copy(update={"saturation": 0.1}))
    assert (counts == counts.max()).mean() == pytest.approx(0.1, abs=0.01)
