import networkx
import numpy as np
import pandas as pd
import pytest

from ssbi_core.errors import OutputError, ReadError
from ssbi_core.graph import build_graph, read_graph, to_networkx, write_graph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase


def _labels() -> np.ndarray:
    labels = np.full((40, 50), Phase.LLZO, np.uint8)
    labels[:, 24:26] = Phase.GRAIN_BOUNDARY
    labels[22:, :] = Phase.NMC
    labels[20:22, 5:40] = Phase.REACTION_LAYER
    labels[5:9, 5:9] = labels[5:9, 14:18] = Phase.PORE
    return labels


@pytest.fixture(scope="module")
def graph():
    return build_graph(PhaseMap(_labels(), 0.5, name="sample", metadata={"detector": "HAADF", "kV": 200}))


@pytest.mark.parametrize(
    "labels", [_labels(), np.zeros((4, 5), np.uint8), np.ones((3, 4, 5), np.uint8)], ids=["image", "empty", "volume"]
)
def test_parquet_round_trip_is_lossless(tmp_path, labels):
    graph = build_graph(PhaseMap(labels, 0.5, name="x", metadata={"a": [1, "b"]}), axis=1)
    path, _ = write_graph(graph, tmp_path / "new" / "folder")
    back = read_graph(path)
    pd.testing.assert_frame_equal(back.nodes, graph.nodes, check_exact=True)
    pd.testing.assert_frame_equal(back.edges, graph.edges, check_exact=True)
    assert np.array_equal(back.regions, graph.regions)
    assert back.regions.dtype == graph.regions.dtype
    same = (back.axis, back.pixel_size_nm, back.name, back.metadata)
    assert same == (graph.axis, graph.pixel_size_nm, graph.name, graph.metadata)


def test_parquet_reads_with_pandas_alone(tmp_path, graph):
    path, _ = write_graph(graph, tmp_path)
    table = pd.read_parquet(path)
    assert table["kind"].value_counts().to_dict() == {"node": len(graph.nodes), "edge": len(graph.edges)}
    assert read_graph(tmp_path).name == "sample"


def test_graphml_round_trip_keeps_types_and_values(tmp_path, graph):
    _, path = write_graph(graph, tmp_path)
    back = networkx.read_graphml(path, node_type=int)
    wanted = to_networkx(graph)
    assert dict(back.nodes(data=True)) == dict(wanted.nodes(data=True))
    assert {tuple(sorted(e)): back.edges[e] for e in back.edges} == {
        tuple(sorted(e)): wanted.edges[e] for e in wanted.edges
    }


def test_networkx_attributes_are_plain_python(graph):
    network = to_networkx(graph)
    values = [v for _, d in network.nodes(data=True) for v in d.values()]
    values += [v for *_, d in network.edges(data=True) for v in d.values()]
    assert {type(v) for v in values} <= {str, int, float, bool}
    assert all(v == v for v in values)


def test_graphml_holds_no_nan(tmp_path, graph):
    _, path = write_graph(graph, tmp_path)
    assert "nan" not in path.read_text().lower()


def test_networkx_percolates_from_terminal_to_terminal(graph):
    network = to_networkx(graph)
    n = len(graph.nodes)
    assert network.number_of_nodes() == n
    touching = networkx.Graph([e for *e, touching in network.edges(data="touching") if touching])
    assert networkx.has_path(touching, n - 2, n - 1)


def test_folder_that_cannot_be_made_is_an_output_error(tmp_path, graph):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_graph(graph, tmp_path / "file" / "folder")


@pytest.mark.parametrize("content", [None, b"", b"PAR1 nonsense"])
def test_damaged_parquet_is_a_read_error(tmp_path, content):
    path = tmp_path / "graph.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReadError):
        read_graph(path)


def test_foreign_parquet_is_a_read_error(tmp_path):
    path = tmp_path / "other.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(ReadError):
        read_graph(path)


def test_truncated_parquet_is_a_read_error(tmp_path, graph):
    path, _ = write_graph(graph, tmp_path)
    whole = path.read_bytes()
    for share in (0.2, 0.6, 0.95):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ReadError):
            read_graph(path)
