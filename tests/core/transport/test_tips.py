"""Tips of resistive lines at weak materials: the potential is torn there, and the upper bound pays for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.transport import Surfaces, conduct
from ssbi_core.transport.conduct import ConductionProblem
from ssbi_core.transport.conduction import Promise
from ssbi_core.transport.conductivity_field import ConductionField
from ssbi_core.transport.graded_mesh import TIP
from ssbi_core.transport.mesh_bounds import bounds_on
from ssbi_core.transport.node_splitting import torn_nodes
from ssbi_core.transport.refinement import tighten
from ssbi_core.transport.subdivision import subdivided


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
    structure = tip(weak)
    found.append(tighten(structure, 0, found[0], 0.002).effective_conductivity)
    assert max(b.lower for b in found) <= min(b.upper for b in found)
    assert (found[-1].upper - found[-1].lower) / found[-1].estimate <= 0.002


@pytest.mark.parametrize("weak", [1e-8, 1e-4, 9e-3])
def test_rounds_agree_where_most_current_leaks_past_a_tip(weak):
    """The line reaches across, but for the weak block: nothing else lets current by."""
    field = np.ones((16, 16))
    field[6:10, 8:] = weak
    line = np.arange(16 * 16).reshape(16, 16)[7, :8]
    structure = ConductionField(field, np.ones(field.shape), Surfaces.between(line, 0, 1e9, field.shape), 1.0)
    with ConductionProblem(field, surfaces=structure.surfaces, mesh="graded") as problem:
        assert problem.mesh is not None
        torn, tips = torn_nodes(field, problem.faces)
        mesh, found, hollow = replace(problem.mesh, torn=torn, tips=tips), [], []
        for _ in range(5):
            found.append(bounds_on(mesh, problem, Promise(1e-6, True, "auto")).effective_conductivity)
            hollow.append(np.sum((mesh.tree.edge[mesh.hollow] / mesh.tree.unit) ** 2))
            mesh = mesh.cut(mesh.with_tips | (np.arange(len(mesh)) % 3 == 0), depth=2)
    assert max(b.lower for b in found) <= min(b.upper for b in found)
    assert np.all(np.diff([b.upper - b.lower for b in found]) < 0)
    np.testing.assert_allclose(hollow[-1], 2 / TIP**2)


def test_tips_lie_in_the_weak_material_and_at_no_pore():
    structure = tip(1e-4)
    nodes, squares = torn_nodes(structure.conductivity, structure.surfaces)
    np.testing.assert_array_equal(nodes, [[8, 8]])
    np.testing.assert_array_equal(np.sort(squares, axis=0), [[8 * TIP - 1, 8 * TIP], [8 * TIP, 8 * TIP]])
    assert not len(torn_nodes(tip(0.0).conductivity, structure.surfaces)[1])


def test_the_tear_costs_nothing_at_a_pore_and_little_at_a_weak_layer():
    def excess(weak):
        structure = tip(weak)
        got = conduct(structure.conductivity, surfaces=structure.surfaces)
        return got.effective_conductivity.upper / got.from_potential - 1

    assert excess(0.0) == pytest.approx(0, abs=1e-12)
    assert 0 < excess(1e-8) < 1e-5
    assert excess(1e-8) < excess(1e-4) < 0.01
