"""Leaves of a quadtree: where they are, what surrounds them, how they are cut and numbered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssbi_core.transport.nested_dissection import morton, rank_by_position
from ssbi_core.transport.quadtree import Quadtree


def random_tree(seed, shape=(6, 5), rounds=5):
    """Leaves of any size beside each other."""
    rng = np.random.default_rng(seed)
    tree = Quadtree.of_sizes(np.ones(shape, dtype=np.int32))
    for _ in range(rounds):
        tree, _ = tree.cut(rng.random(len(tree)) < 0.2)
    return tree


def painted(tree):
    """Leaf of every unit square, found by drawing all leaves."""
    rows, columns = np.multiply(tree.shape, tree.unit)
    grid = np.full((rows, columns), -1)
    for leaf, ((i, j), edge) in enumerate(zip(tree.start, tree.edge, strict=True)):
        assert (grid[i : i + edge, j : j + edge] == -1).all()
        grid[i : i + edge, j : j + edge] = leaf
    assert (grid >= 0).all()
    return grid


@pytest.mark.parametrize("seed", range(4))
def test_every_point_is_found_in_its_leaf(seed):
    tree = random_tree(seed)
    grid = painted(tree)
    points = np.argwhere(grid >= 0)
    np.testing.assert_array_equal(tree.leaf_at(points), grid.ravel())
    np.testing.assert_array_equal(tree.pixel, (tree.start // tree.unit) @ (tree.shape[1], 1))


@pytest.mark.parametrize("seed", range(4))
def test_children_take_the_place_of_their_parent(seed):
    tree = random_tree(seed)
    marked = np.random.default_rng(seed).random(len(tree)) < 0.3
    finer, parent = tree.cut(marked)
    assert len(finer) == len(tree) + 3 * marked.sum()
    assert (np.diff(morton(finer.start)) > 0).all()
    scale = finer.unit // tree.unit
    np.testing.assert_array_equal(tree.leaf_at(finer.start // scale), parent)
    np.testing.assert_array_equal(finer.edge, tree.edge[parent] * scale // np.where(marked, 2, 1)[parent])
    painted(finer)


def test_leaves_around_a_node_are_those_drawn_there():
    tree = random_tree(1)
    grid = np.pad(painted(tree), 1, constant_values=-1)
    nodes = np.argwhere(np.ones(np.add(tree.shape, 1), dtype=bool))
    row, column = (nodes * tree.unit).T
    expected = np.stack([grid[row + i, column + j] for i, j in np.ndindex(2, 2)], axis=1)
    np.testing.assert_array_equal(tree.around_nodes(nodes), expected)


def test_the_picture_a_tree_was_made_of_is_tiled():
    size = np.ones((10, 8), dtype=np.int32)
    size[:8, :] = 8
    size[:4, 4:] = 2
    size[4:8] = 4
    size[:4, :4] = 4
    tree = Quadtree.of_sizes(size)
    np.testing.assert_array_equal(tree.edge[painted(tree)], size)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 5))
def test_elimination_cuts_the_grid_in_parts_that_do_not_touch(rows, columns, seed):
    """Eliminating in rank order fills no more than nested dissection does: n log n, with a small constant."""
    node = np.stack(np.meshgrid(np.arange(rows + 1), np.arange(columns + 1), indexing="ij"), axis=-1).reshape(-1, 2)
    node = node[np.random.default_rng(seed).permutation(len(node))]
    rank = rank_by_position(node, (rows, columns))
    np.testing.assert_array_equal(np.sort(rank), np.arange(len(node)))
    grid = np.empty((rows + 1, columns + 1), dtype=int)
    grid[tuple(node.T)] = rank
    around = {k: set() for k in range(grid.size)}
    for i, j in np.ndindex(grid.shape):
        for a, b in ((0, 1), (1, -1), (1, 0), (1, 1)):
            if i + a <= rows and 0 <= j + b <= columns:
                low, high = sorted((grid[i, j], grid[i + a, j + b]))
                around[low].add(high)
    fill = 0
    for k in range(grid.size):
        fill += len(around[k])
        if around[k]:
            first = min(around[k])
            around[first] |= around[k] - {first}
    assert fill <= 4 * grid.size * (2 + np.log2(grid.size))
