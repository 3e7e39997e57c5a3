import jax.numpy as jnp
import numpy as np

from ssbi_core.simulate.grains import _seed, isotropic_cell_map, power_diagram


def _brute_force(coordinates, spread, cells):
    """Owner and boundary distance from all seeds of a grid, in cells."""
    grid = np.stack(np.meshgrid(*[np.arange(-4, cells + 4, dtype=np.float32)] * len(coordinates), indexing="ij"))
    flat = tuple(jnp.asarray(g.ravel()) for g in grid)
    _, seeds, weights = _seed(jnp.uint32(7), flat, jnp.float32(spread))
    seeds, weights = np.stack(seeds, 1), np.asarray(weights)
    points = np.stack([c.ravel() for c in coordinates], 1)
    powers = ((points[:, None] - seeds[None]) ** 2).sum(-1) - weights
    own = powers.argmin(1)
    gaps = powers - powers.min(1, keepdims=True)
    apart = np.linalg.norm(seeds[own][:, None] - seeds[None], axis=-1)
    distances = np.where(apart > 0, gaps / (2 * np.maximum(apart, 1e-9)), np.inf)
    return own, distances.min(1)


def _compare(shape, size, spread):
    coordinates = np.meshgrid(*[np.arange(n, dtype=np.float32) for n in shape], indexing="ij")
    cells = isotropic_cell_map(tuple(jnp.asarray(c) for c in coordinates), jnp.float32(size))
    found = power_diagram(jnp.uint32(7), cells, jnp.float32(spread))
    own, distance = _brute_force([c / size for c in coordinates], spread, int(max(shape) / size) + 1)
    same_grain = np.asarray(found.grain_ids).ravel()
    pairs = {(a, b) for a, b in zip(same_grain.tolist(), own.tolist(), strict=True)}
    assert len(pairs) == len(set(own.tolist())) == len(set(same_grain.tolist()))
    np.testing.assert_allclose(np.asarray(found.boundary_distance).ravel(), distance * size, atol=2e-3)


def test_looking_at_neighbouring_cells_only_is_exact_in_2d():
    _compare((48, 56), 9.0, 0.6)


def test_looking_at_neighbouring_cells_only_is_exact_in_3d():
    _compare((12, 14, 13), 5.0, 0.6)


def test_boundary_hash_is_the_same_on_both_sides():
    y, x = jnp.meshgrid(jnp.arange(64.0, dtype=jnp.float32), jnp.arange(64.0, dtype=jnp.float32), indexing="ij")
    found = power_diagram(jnp.uint32(3), isotropic_cell_map((y, x), jnp.float32(16)), jnp.float32(0.3))
    ids, bits = np.asarray(found.grain_ids), np.asarray(found.boundary_hash)
    across = (ids[:, 1:] != ids[:, :-1]) & (np.asarray(found.junction_distance)[:, 1:] > 4)
    assert across.any()
    assert (bits[:, 1:] == bits[:, :-1])[across].mean() > 0.99
