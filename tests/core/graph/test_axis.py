import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.graph import array_axis, interface_axis
from ssbi_core.graph.axis import interfaces_along
from ssbi_core.materials import Phase


def _half_plane(shape: tuple[int, int], angle_deg: float) -> np.ndarray:
    rows, columns = np.indices(shape) - (np.array(shape)[:, None, None] - 1) / 2
    side = rows * np.cos(np.deg2rad(angle_deg)) + columns * np.sin(np.deg2rad(angle_deg))
    return np.where(side < 0, Phase.LLZO, Phase.NMC).astype(np.uint8)


@pytest.mark.parametrize(("angle", "axis"), [(0, 0), (20, 0), (-20, 0), (70, 1), (90, 1), (180, 0), (110, 1)])
def test_axis_is_the_interface_normal(angle, axis):
    assert interface_axis(_half_plane((64, 64), angle)) == axis


@pytest.mark.parametrize("shape", [(32, 200), (200, 32)])
@pytest.mark.parametrize(("angle", "axis"), [(0, 0), (90, 1)])
def test_aspect_ratio_does_not_decide(shape, angle, axis):
    assert interface_axis(_half_plane(shape, angle)) == axis


def test_boundaries_count_as_electrolyte():
    labels = np.full((40, 40), Phase.NMC, np.uint8)
    labels[:, :15] = Phase.GRAIN_BOUNDARY
    labels[:, 20:25] = Phase.REACTION_LAYER
    assert interface_axis(labels) == 1


def test_transposing_swaps_the_axis_and_flipping_keeps_it():
    labels = _half_plane((50, 70), 25)
    assert interface_axis(labels) == 0
    assert interface_axis(labels.T) == 1
    assert interface_axis(labels[::-1, ::-1]) == 0


def test_sandwich_is_crossed_through_its_layers():
    labels = np.full((60, 60), Phase.LLZO, np.uint8)
    labels[:, 20:40] = Phase.NMC
    assert interface_axis(labels) == 1


def test_embedded_particle_gives_the_first_axis():
    rows, columns = np.indices((65, 65)) - 32
    labels = np.where(rows**2 + columns**2 < 15**2, Phase.NMC, Phase.LLZO).astype(np.uint8)
    assert interface_axis(labels) == 0


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_axes_of_a_volume(axis):
    labels = np.full((20, 22, 24), Phase.LLZO, np.uint8)
    np.moveaxis(labels, array_axis(axis, 3), 0)[11:] = Phase.NMC
    assert interface_axis(labels) == axis


def test_single_row_crosses_along_it():
    assert interface_axis(np.array([[1, 1, 1, 3, 3]], np.uint8)) == 1


@pytest.mark.parametrize("code", [Phase.UNLABELLED, Phase.LLZO, Phase.NMC, Phase.PORE])
def test_missing_interface_is_an_input_error(code):
    with pytest.raises(InputError, match="an interface that is not in the picture"):
        interface_axis(np.full((8, 8), code, np.uint8))


def test_array_axis_of_images_and_volumes():
    assert [array_axis(a, 2) for a in (0, 1)] == [0, 1]
    assert [array_axis(a, 3) for a in (0, 1, 2)] == [1, 2, 0]


@pytest.mark.parametrize(("axis", "ndim"), [(2, 2), (-1, 2), (3, 3), (True, 2), (0.0, 2), ("0", 2), (0, 1), (0, 4)])
def test_wrong_axis_is_an_input_error(axis, ndim):
    with pytest.raises(InputError):
        array_axis(axis, ndim)


def _banded(*phases):
    return np.concatenate([np.full((6, 40), phase, np.uint8) for phase in phases])


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(
    ("phases", "count"),
    [
        ([Phase.LLZO], 0),
        ([Phase.LLZO, Phase.REACTION_LAYER, Phase.NMC], 1),
        ([Phase.LLZO, Phase.NMC, Phase.LLZO], 2),
        ([Phase.NMC, Phase.PORE, Phase.NMC, Phase.CONTACT, Phase.LLZO, Phase.GRAIN_BOUNDARY, Phase.LLZO], 1),
    ],
)
def test_interfaces_one_behind_the_other_are_counted(phases, count, axis):
    labels = _banded(*phases)
    assert interfaces_along(labels if axis == 0 else labels.T, axis) == count


def test_a_wavy_interface_is_one():
    rows, columns = np.mgrid[:80, :60]
    labels = np.where(rows < 40 + 12 * np.sin(columns / 5), Phase.LLZO, Phase.NMC)
    assert interfaces_along(labels, 0) == 1
