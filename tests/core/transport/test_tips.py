"""Tips of resistive lines at weak materials: the potential is torn there, and the upper bound pays for it."""

from __future__ import annotations

import numpy as np
import pytest

from ssbi_core.transport import Surfaces, conduct
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.refinement import subdivided


def tip(weak):
    """A resistive line through the left half of the picture, in the way of the current, that ends at a weak block."""
    field = np.ones((16, 16))
    field[6:10, 8:12] = weak
    line = np.arange(16 * 16).reshape(16, 16)[7, :8]
    return ConductionField(
        field, np.ones(field.shape, dtype=np.uint8), Surfaces.between(line, 0, 1e4, field.shape), 1.0
    )


@pytest.mark.parametrize("weak", [1e-8, 1e-4, 9e-3])
def test_bounds_of_finer_meshes_leave_room_for_one_truth(weak):
    found = []
    for cut in (1, 2, 4):
        fine = subdivided(tip(weak), cut)
        found.append(conduct(fine.conductivity, fine.voxel_size, surfaces=fine.surfaces).effective_conductivity)
    assert max(b.lower for b in found) <= min(b.upper for b in found)


def test_the_tear_costs_nothing_at_a_pore_and_little_at_a_weak_layer():
    def excess(weak):
        structure = tip(weak)
        got = conduct(structure.conductivity, surfaces=structure.surfaces)
        return got.effective_conductivity.upper / got.from_potential - 1

    assert excess(0.0) == pytest.approx(0, abs=1e-12)
    assert 0 < excess(1e-8) < 1e-5
    assert excess(1e-8) < excess(1e-4) < 0.01
