import jax.numpy as jnp
import numpy as np

from ssbi_core.materials import Phase
from ssbi_core.simulate import mark_contact, unmark_contact


def _halves() -> np.ndarray:
    labels = np.full((12, 12), Phase.LLZO, np.uint8)
    labels[:, 6:] = Phase.NMC
    return labels


def test_contact_line_is_one_pixel_on_the_nmc_side():
    marked = mark_contact(_halves())
    assert (marked[:, 6] == Phase.CONTACT).all()
    assert (marked == Phase.CONTACT).sum() == 12


def test_grain_boundaries_and_dislocations_touch_too():
    labels = _halves()
    labels[3, :6] = Phase.GRAIN_BOUNDARY
    labels[7, :6] = Phase.DISLOCATION
    assert (mark_contact(labels)[:, 6] == Phase.CONTACT).all()


def test_a_layer_or_pore_between_prevents_contact():
    for between in (Phase.REACTION_LAYER, Phase.COATING, Phase.PORE):
        labels = _halves()
        labels[:, 6] = between
        assert not (mark_contact(labels) == Phase.CONTACT).any()


def test_no_electrolyte_touches_nmc_afterwards_even_across_corners():
    rng = np.random.default_rng(0)
    labels = rng.choice([Phase.LLZO, Phase.NMC, Phase.PORE, Phase.GRAIN_BOUNDARY], (40, 50)).astype(np.uint8)
    marked = np.pad(mark_contact(labels), 1)
    nmc = marked[1:-1, 1:-1] == Phase.NMC
    for dy in range(3):
        for dx in range(3):
            other = marked[dy : dy + 40, dx : dx + 50]
            assert not (nmc & np.isin(other, (Phase.LLZO, Phase.GRAIN_BOUNDARY))).any()


def test_marking_is_idempotent_and_undone_by_unmarking():
    rng = np.random.default_rng(1)
    labels = rng.choice([Phase.LLZO, Phase.NMC, Phase.REACTION_LAYER], (30, 30)).astype(np.uint8)
    marked = mark_contact(labels)
    np.testing.assert_array_equal(mark_contact(marked), marked)
    np.testing.assert_array_equal(unmark_contact(marked), labels)


def test_jax_and_numpy_agree_in_2d_and_3d():
    rng = np.random.default_rng(2)
    for shape in ((20, 30), (8, 9, 10)):
        labels = rng.choice([Phase.LLZO, Phase.NMC, Phase.PORE], shape).astype(np.uint8)
        marked = mark_contact(jnp.asarray(labels))
        assert marked.dtype == jnp.uint8
        np.testing.assert_array_equal(marked, mark_contact(labels))
