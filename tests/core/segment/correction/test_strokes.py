import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.correction.strokes import NOT_LEARNT, adapted_to, check_strokes, stroke_classes, with_strokes
from ssbi_core.segment.unet import CLASSES
from ssbi_core.simulate import mark_contact

SHAPE = (20, 30)
LLZO, LAYER = (CLASSES.index(phase) for phase in (Phase.LLZO, Phase.REACTION_LAYER))


def _map() -> PhaseMap:
    """LLZO on the left of NMC, with a contact line in column 15."""
    labels = np.full(SHAPE, int(Phase.LLZO), np.uint8)
    labels[:, 15:] = Phase.NMC
    probabilities = np.full((len(Phase), *SHAPE), 1 / len(Phase), np.float32)
    return PhaseMap(mark_contact(labels), 1.0, probabilities, np.full(SHAPE, 0.5, np.float32), name="two")


def _painted(rows: slice, columns: slice, phase: Phase) -> np.ndarray:
    strokes = np.zeros(SHAPE, np.uint8)
    strokes[rows, columns] = phase
    return strokes


@pytest.mark.parametrize("phase", [p for p in Phase if p not in (Phase.UNLABELLED, Phase.NMC)])
def test_what_is_painted_is_in_the_labels_and_certain(phase):
    strokes = _painted(np.s_[4:8], np.s_[10:20], phase)
    result = with_strokes(_map(), strokes)
    assert (result.labels[strokes > 0] == phase).all()
    assert result.probabilities is not None
    assert (result.probabilities[phase, strokes > 0] == 1).all()
    np.testing.assert_allclose(result.probabilities.sum(0), 1, rtol=1e-6)
    assert (result.uncertainty == np.where(strokes > 0, 0, 0.5)).all()


def test_the_rest_of_the_map_and_the_map_given_are_left_alone():
    before = _map()
    strokes = _painted(np.s_[4:8], np.s_[2:6], Phase.PORE)
    result = with_strokes(before, strokes)
    np.testing.assert_array_equal(result.labels[strokes == 0], before.labels[strokes == 0])
    np.testing.assert_array_equal(before.labels, _map().labels)
    assert (result.name, result.pixel_size_nm) == ("two", 1.0)


def test_painted_electrode_gets_its_contact_line_and_no_electrolyte_touches_it():
    result = with_strokes(_map(), _painted(np.s_[4:12], np.s_[2:9], Phase.NMC))
    assert (result.labels[5:11, 3:8] == Phase.NMC).all()
    np.testing.assert_array_equal(result.labels, mark_contact(result.labels))


def test_contact_goes_where_the_electrolyte_beside_it_is_painted_over():
    result = with_strokes(_map(), _painted(np.s_[:], np.s_[13:15], Phase.PORE))
    assert (result.labels[:, 15] == Phase.NMC).all()


def test_painted_contact_stays_even_within_the_electrolyte():
    strokes = _painted(np.s_[4:6], np.s_[2:9], Phase.CONTACT)
    assert (with_strokes(_map(), strokes).labels[strokes > 0] == Phase.CONTACT).all()


def test_a_map_read_from_a_label_file_has_no_probabilities_to_correct():
    bare = PhaseMap(_map().labels, 1.0)
    result = with_strokes(bare, _painted(np.s_[4:8], np.s_[2:6], Phase.PORE))
    assert result.probabilities is None
    assert result.uncertainty is None


@pytest.mark.parametrize(
    ("strokes", "said"),
    [
        (np.zeros((20, 31), np.uint8), "shape"),
        (np.full(SHAPE, 9, np.uint8), "code 9"),
        (np.full(SHAPE, -1, np.int16), "code -1"),
        (np.ones(SHAPE, np.float32), "float32"),
    ],
)
def test_strokes_that_are_no_phase_codes_of_the_image_are_refused(strokes, said):
    with pytest.raises(InputError, match=said):
        check_strokes(strokes, SHAPE)
    with pytest.raises(InputError, match=said):
        with_strokes(_map(), strokes)


def test_contact_and_unpainted_pixels_are_not_learnt():
    classes = stroke_classes(np.array([[int(phase) for phase in Phase]], np.uint8))[0]
    assert {phase for phase in Phase if classes[phase] == NOT_LEARNT} == {Phase.UNLABELLED, Phase.CONTACT}
    assert [CLASSES[classes[phase]] for phase in CLASSES] == list(CLASSES)


def _bright_band(rows: slice = np.s_[60:80]):
    """Electrolyte with a bright band that a net is in doubt about; and the inputs of the adaptation."""
    rng = np.random.default_rng(0)
    band = np.zeros((100, 100), bool)
    band[rows] = True
    channels = np.zeros((100, 100, len(ROLES)), np.float32)
    channels[..., 0] = np.where(band, 0.6, 0.2) + 0.08 * rng.standard_normal(band.shape)
    probabilities = np.full((len(CLASSES), 100, 100), 0.01, np.float32)
    probabilities[LAYER] = np.where(band, 0.6, 0.1)
    probabilities[LLZO] = 0.95 - probabilities[LAYER]
    return band, channels, np.eye(len(ROLES), dtype=np.float32)[0], probabilities


def test_strokes_that_agree_with_the_adaptation_let_it_work():
    band, channels, presence, probabilities = _bright_band()
    strokes = np.zeros(band.shape, np.uint8)
    strokes[65:68, 10:40], strokes[20:23, 10:40] = Phase.REACTION_LAYER, Phase.LLZO
    found = adapted_to(strokes, probabilities, channels, presence)[LAYER]
    assert found[band].mean() > 0.9


def test_where_the_net_cannot_tell_strokes_say_what_the_two_phases_look_like():
    band, channels, presence, probabilities = _bright_band(np.s_[35:65])  # in the middle: no slope explains it
    probabilities[LAYER] = probabilities[LLZO] = 0.475  # everywhere alike
    strokes = np.zeros(band.shape, np.uint8)
    strokes[48:51, 10:40], strokes[20:23, 10:40] = Phase.LLZO, Phase.REACTION_LAYER
    found = adapted_to(strokes, probabilities, channels, presence)[LAYER]
    assert found[band].mean() < 0.1
    assert found[~band].mean() > 0.9


def test_strokes_that_the_adaptation_contradicts_overrule_it():
    band, channels, presence, probabilities = _bright_band()
    strokes = np.zeros(band.shape, np.uint8)
    strokes[62:78, 10:13] = Phase.LLZO  # the band is bright electrolyte, the user says
    result = adapted_to(strokes, probabilities, channels, presence)
    assert (result.argmax(0)[strokes > 0] == LLZO).all()
    np.testing.assert_array_equal(result[:, strokes == 0], probabilities[:, strokes == 0])


def test_painted_lines_and_contact_do_not_judge_the_adaptation():
    band, channels, presence, probabilities = _bright_band()
    strokes = np.zeros(band.shape, np.uint8)
    strokes[30, 10:90], strokes[60, 10:90] = Phase.GRAIN_BOUNDARY, Phase.CONTACT
    assert adapted_to(strokes, probabilities, channels, presence)[LAYER][band].mean() > 0.9
