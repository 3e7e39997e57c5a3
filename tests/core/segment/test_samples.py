import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.io import Micrograph
from ssbi_core.materials import Phase, load_system
from ssbi_core.segment.samples import Sample, class_frequencies, draw_batch, prepare_sample, split, target_of
from ssbi_core.segment.unet import CLASSES


def _sample(shape=(40, 50), seed=0) -> Sample:
    rng = np.random.default_rng(seed)
    target = rng.integers(0, 8, shape).astype(np.uint8)
    return Sample(np.repeat(target[..., None], 7, -1).astype(np.float16), np.ones(7, np.float32), target)


def test_contact_goes_back_to_nmc_and_unlabelled_stays():
    targets = target_of(np.arange(9, dtype=np.uint8)[None])[0]
    assert targets[0] == 0
    assert targets[Phase.CONTACT] == targets[Phase.NMC]
    assert [CLASSES[t - 1] for t in targets[[1, 2, 3, 5, 6, 7, 8]]] == list(CLASSES)


def test_codes_that_are_no_phases_are_refused():
    with pytest.raises(InputError, match="label code 12"):
        target_of(np.full((4, 4), 12, np.uint8))


def test_images_and_labels_must_have_one_shape():
    image = Micrograph(np.random.default_rng(0).random((20, 20)).astype(np.float32), {}, 1.0)
    with pytest.raises(InputError, match="shape"):
        prepare_sample(image, np.ones((20, 21), np.uint8), load_system())


def test_split_is_disjoint_and_complete():
    train, held_back = split(20, 0.2, seed=1)
    assert sorted([*train, *held_back]) == list(range(20))
    assert len(held_back) == 4


@pytest.mark.parametrize("window", [16, 64])
def test_windows_keep_pixels_with_their_labels_even_beyond_the_edge(window):
    batch = draw_batch([_sample(), _sample(seed=1)], 5, window, seed=0, step=3)
    assert batch.channels.shape == (5, window, window, 7)
    np.testing.assert_array_equal(batch.channels[..., 0], batch.targets)


def test_a_step_draws_the_same_windows_again():
    samples = [_sample(seed=k) for k in range(3)]
    first, again, other = (draw_batch(samples, 4, 16, seed=2, step=s) for s in (7, 7, 8))
    np.testing.assert_array_equal(first.targets, again.targets)
    assert not np.array_equal(first.targets, other.targets)


def test_frequencies_are_shares_of_labelled_pixels():
    target = np.zeros((10, 10), np.uint8)
    target[:3], target[3:4] = 1, 3
    frequencies = class_frequencies([Sample(np.zeros((10, 10, 7)), np.ones(7), target)])
    np.testing.assert_allclose(frequencies, [0.75, 0, 0.25, 0, 0, 0, 0])
