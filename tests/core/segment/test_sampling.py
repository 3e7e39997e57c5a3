from dataclasses import replace

import jax
import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.segment import sample_labels, segment, with_strokes
from ssbi_core.segment.postprocess import clean_labels
from ssbi_core.segment.sampling import draw_classes, gaussian_field
from ssbi_core.segment.segmentation_config import SegmentationConfig
from ssbi_core.segment.unet import CLASSES

KEY = jax.random.key(5)


def phase_map(labels, doubt=0.0, other=Phase.PORE):
    """Labels as `segment` would clean them, with probability `doubt` of another phase at every pixel."""
    codes = np.array([int(phase) for phase in CLASSES])
    certain = (labels == codes[:, None, None]).astype(np.float32)
    probabilities = np.zeros((len(Phase), *labels.shape), np.float32)
    probabilities[codes] = (1 - doubt) * certain
    probabilities[other] += doubt
    return PhaseMap(clean_labels(probabilities[codes]), 0.5, probabilities)


def bilayer():
    """Two LLZO grains, a reaction layer on one half of the interface, NMC."""
    labels = np.full((64, 64), int(Phase.LLZO), np.uint8)
    labels[:40, 30] = Phase.GRAIN_BOUNDARY
    labels[40:] = Phase.NMC
    labels[36:40, 30:] = Phase.REACTION_LAYER
    return labels


def test_sharp_probabilities_give_the_labels_of_the_segmentation():
    phases = phase_map(bilayer())
    assert {Phase.CONTACT, Phase.GRAIN_BOUNDARY, Phase.REACTION_LAYER} <= set(phases.labels.flat)
    for sample in sample_labels(phases, KEY, 3, temperature=1):
        np.testing.assert_array_equal(sample, phases.labels)


def test_a_cold_temperature_gives_the_labels_of_the_net(trained, layered):
    phases = segment(layered(9)[0], model=trained[0], config=SegmentationConfig(tile=64, overlap=24))
    best = clean_labels((phases.probabilities == phases.probabilities.max(0))[[int(p) for p in CLASSES]].astype("f4"))
    sample = sample_labels(replace(phases, labels=best), KEY, 1, temperature=1e-4)[0]
    assert (sample == best).mean() > 0.95  # a pixel at the rim of a layer may follow its neighbours


@pytest.mark.parametrize("correlation", [0.0, 6.0])
def test_every_pixel_follows_its_probabilities(correlation):
    p = np.array([0.5, 0.3, 0.15, 0.05], np.float32)
    log_p = np.broadcast_to(np.log(p)[:, None, None], (4, 400, 400))
    drawn = draw_classes(log_p, KEY, correlation)
    share = np.bincount(drawn.ravel(), minlength=4) / drawn.size
    independent = drawn.size / (1 + np.pi / 2 * correlation**2)
    np.testing.assert_allclose(share, p, atol=4 * np.sqrt(0.25 / independent))


def test_neighbours_decide_alike_within_the_correlation_length_only():
    log_p = np.log(np.full((2, 300, 300), 0.5, np.float32))
    agreement = {}
    for correlation in (0.0, 8.0):
        drawn = draw_classes(log_p, KEY, correlation)
        agreement[correlation] = [(drawn[lag:] == drawn[:-lag]).mean() for lag in (1, 40)]
    np.testing.assert_allclose(agreement[0.0], 0.5, atol=0.02)
    np.testing.assert_allclose(agreement[8.0][1], 0.5, atol=0.06)
    assert agreement[8.0][0] > 0.9


def test_fields_have_unit_variance_up_to_the_rim_and_the_stated_correlation():
    fields = gaussian_field(KEY, (400, 24, 24), 5.0)
    np.testing.assert_allclose(fields.var(0)[[0, 0, 12], [0, 12, 12]], 1, atol=0.3)
    np.testing.assert_allclose(fields.var(), 1, atol=0.02)
    np.testing.assert_allclose((fields[:, 5:] * fields[:, :-5]).mean(), np.exp(-1), atol=0.03)
    np.testing.assert_allclose((fields[:, 0] * fields[:, -1]).mean(), 0, atol=0.05)


def test_a_doubted_layer_is_there_or_not_but_not_broken_into_specks():
    phases = phase_map(bilayer(), doubt=0.2, other=Phase.PORE)
    samples = sample_labels(phases, KEY, 6, temperature=1)
    assert len({sample.tobytes() for sample in samples}) > 1
    for sample in samples:
        changed = (sample == Phase.REACTION_LAYER) != (phases.labels == Phase.REACTION_LAYER)
        inside = (changed[1:] & changed[:-1]).sum() + (changed[:, 1:] & changed[:, :-1]).sum()
        assert inside >= changed.sum()  # patches: pixels of a patch have two such neighbours each, specks have none


def test_the_same_key_gives_the_same_images_however_many_are_drawn():
    phases = phase_map(bilayer(), doubt=0.3)
    five = sample_labels(phases, KEY, 5)
    np.testing.assert_array_equal(sample_labels(phases, KEY, 2), five[:2])
    assert not np.array_equal(five[0], five[1])
    assert not np.array_equal(sample_labels(phases, jax.random.key(6), 1)[0], five[0])


def test_the_correlation_length_is_physical():
    phases = phase_map(bilayer(), doubt=0.3)
    finer = replace(phases, pixel_size_nm=phases.pixel_size_nm / 2)
    np.testing.assert_array_equal(sample_labels(phases, KEY, 1, 3.0), sample_labels(finer, KEY, 1, 1.5))


def test_electrolyte_the_segmentation_told_from_layer_stays_electrolyte():
    labels = bilayer()
    phases = phase_map(labels, doubt=0.02, other=Phase.REACTION_LAYER)
    confused = phases.probabilities.copy()
    confused[[Phase.LLZO, Phase.REACTION_LAYER]] = confused[[Phase.REACTION_LAYER, Phase.LLZO]]
    sample = sample_labels(replace(phases, probabilities=confused), KEY, 1)[0]
    assert (sample == phases.labels).mean() > 0.95


def test_painted_contact_is_electrode():
    phases = phase_map(bilayer())
    strokes = np.where(phases.labels == Phase.CONTACT, phases.labels, 0).astype(np.uint8)
    painted = with_strokes(phases, strokes)
    np.testing.assert_array_equal(sample_labels(painted, KEY, 1)[0], phases.labels)


def test_labels_without_probabilities_are_refused():
    with pytest.raises(InputError, match="without probabilities"):
        sample_labels(PhaseMap(bilayer(), 0.5), KEY, 1)


@pytest.mark.parametrize(
    "wrong", [{"number": 0}, {"number": 1, "correlation_nm": -1.0}, {"number": 1, "temperature": 0.0}]
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(InputError):
        sample_labels(phase_map(bilayer()), KEY, **wrong)
