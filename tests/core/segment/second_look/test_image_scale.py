import numpy as np
import pytest

from ssbi_core.materials import Phase
from ssbi_core.segment.channels import ROLES
from ssbi_core.segment.second_look.image_scale import NUM_CHANNELS, log_probabilities, on_image_scale
from ssbi_core.segment.unet import CLASSES

SIZE = 96
LLZO, LAYER, NMC = (CLASSES.index(phase) for phase in (Phase.LLZO, Phase.REACTION_LAYER, Phase.NMC))


def _image(rng, line=0.0):
    """Electrolyte with a vertical line in it, above electrode: channels, presence, probabilities."""
    channels = np.zeros((SIZE, SIZE, len(ROLES)), np.float32)
    channels[..., 0] = 0.5 + 0.01 * rng.normal(size=(SIZE, SIZE))
    channels[64:, :, 0] -= 1.0
    channels[:64, 40:43, 0] += line
    channels[:64, :, ROLES.index("cation_a")] = 0.8 + 0.02 * rng.normal(size=(64, SIZE))
    channels[:64, :, ROLES.index("cation_b")] = 0.5 + 0.02 * rng.normal(size=(64, SIZE))
    presence = np.array([role in ("haadf", "cation_a", "cation_b") for role in ROLES], np.float32)
    probabilities = np.full((len(CLASSES), SIZE, SIZE), 0.01, np.float32)
    probabilities[LLZO, :64] = probabilities[NMC, 64:] = 1 - 0.01 * (len(CLASSES) - 1)
    return channels, presence, probabilities


@pytest.mark.parametrize(("gain", "offset"), [(0.3, 0.0), (2.0, -0.4)])
def test_what_is_seen_does_not_depend_on_the_grey_scale_of_the_microscope(gain, offset):
    channels, presence, found = _image(np.random.default_rng(0), line=0.05)
    other = channels.copy()
    other[..., 0] = gain * channels[..., 0] + offset
    seen, again = (on_image_scale(found, found, each, presence) for each in (channels, other))
    assert seen.shape == (SIZE, SIZE, NUM_CHANNELS)
    np.testing.assert_allclose(seen, again, atol=0.02)


@pytest.mark.parametrize("line", [0.06, -0.06])
def test_a_faint_line_stands_out_whether_bright_or_dark(line):
    channels, presence, found = _image(np.random.default_rng(1), line)
    seen = on_image_scale(found, found, channels, presence)
    on, beside = seen[5:55, 41, 1].mean(), np.abs(seen[5:55, 60, 1]).mean()
    assert np.sign(on) == np.sign(line)
    assert abs(on) > 3 * beside


def test_the_rim_of_the_electrode_does_not_show_in_the_electrolyte():
    channels, presence, found = _image(np.random.default_rng(2))
    seen = on_image_scale(found, found, channels, presence)
    assert abs(seen[58:63, :, 1].mean()) < 0.3
    assert not seen[66:, :, 1].any()


def test_ratios_that_were_not_recorded_are_left_at_zero():
    channels, presence, found = _image(np.random.default_rng(3))
    presence[ROLES.index("cation_b")] = 0
    seen = on_image_scale(found, found, channels, presence)
    assert not seen[..., 3:7].any()


def test_what_was_found_before_comes_back():
    channels, presence, found = _image(np.random.default_rng(4))
    seen = on_image_scale(found, found, channels, presence)
    np.testing.assert_allclose(log_probabilities(seen), np.log(np.moveaxis(found, 0, -1)), rtol=1e-5)


def test_an_image_without_electrolyte_has_a_scale_as_well():
    channels, presence, found = _image(np.random.default_rng(5))
    found = np.roll(found, NMC - LLZO, axis=0)
    assert np.isfinite(on_image_scale(found, found, channels, presence)).all()
