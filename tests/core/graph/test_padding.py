import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.graph import EDGE_FEATURES, NODE_FEATURES, build_graph, pad
from ssbi_core.io.phase_map import PhaseMap


def _graph(rows: int = 12, shape: tuple[int, ...] = ()):
    labels = np.repeat([1, 5, 3], rows)[:, None] * np.ones(16, int)
    return build_graph(PhaseMap(np.broadcast_to(labels, (*shape, *labels.shape)).astype(np.uint8), 0.5))


def test_shapes_are_the_asked_ones_and_masks_count_the_real():
    graph = _graph()
    padded = pad(graph, 10, 20)
    assert padded.node_features.shape == (10, len(NODE_FEATURES))
    assert padded.edge_features.shape == (20, len(EDGE_FEATURES))
    assert padded.node_mask.sum() == len(graph.nodes)
    assert padded.edge_mask.sum() == len(graph.edges)
    assert {x.dtype.name for x in padded} == {"float32", "int32", "bool"}


def test_padding_is_zero_and_points_at_the_last_node():
    padded = pad(_graph(), 10, 20)
    assert not padded.node_features[~padded.node_mask].any()
    assert not padded.edge_features[~padded.edge_mask].any()
    assert set(padded.senders[~padded.edge_mask]) == set(padded.receivers[~padded.edge_mask]) == {9}


@pytest.mark.parametrize("shape", [(), (4,)])
def test_features_are_finite_in_2d_and_3d(shape):
    padded = pad(_graph(shape=shape), 8, 12)
    assert np.isfinite(padded.node_features).all()
    assert np.isfinite(padded.edge_features).all()


def test_graph_without_regions_pads():
    padded = pad(build_graph(PhaseMap(np.zeros((4, 4), np.uint8), 1.0), axis=0), 3, 2)
    assert padded.node_mask.tolist() == [True, True, False]
    assert np.isfinite(padded.node_features).all()


def test_known_features():
    padded = pad(_graph(), 8, 12)
    column = {name: padded.node_features[:, i] for i, name in enumerate(NODE_FEATURES)}
    assert column["is_llzo"][:5].tolist() == [1, 0, 0, 0, 0]
    assert column["is_terminal_last"][:5].tolist() == [0, 0, 0, 0, 1]
    assert column["relative_position"][:5] == pytest.approx([1 / 6, 1 / 2, 5 / 6, 0, 1])
    assert column["log10_conductivity_S_per_cm"][0] == pytest.approx(np.log10(5.3e-4))
    assert column["log10_thickness_nm"][1] == pytest.approx(np.log10(6))
    lengths = padded.edge_features[padded.edge_mask, EDGE_FEATURES.index("log10_contact_size_nm")]
    assert lengths[lengths > 0] == pytest.approx(np.log10(8))


def test_too_small_is_an_input_error_that_names_the_need():
    with pytest.raises(InputError, match="5 nodes and"):
        pad(_graph(), 4, 20)


def test_same_padding_compiles_once():
    traces = []

    @jax.jit
    def total(padded):
        traces.append(1)
        return jnp.sum(padded.node_features * padded.node_mask[:, None])

    totals = [float(total(pad(_graph(rows), 8, 12))) for rows in (12, 20)]
    assert len(traces) == 1
    assert totals[0] != totals[1]
