import numpy as np
import pandas as pd
import pytest
from scipy.spatial import KDTree

from ssbi_core.errors import CalibrationError, InputError, MaterialError
from ssbi_core.graph import InterfaceGraph, build_graph
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.materials import Phase, load_system


def _graph(labels, pixel_size_nm=1.0, axis=0, **kwargs) -> InterfaceGraph:
    return build_graph(PhaseMap(np.asarray(labels, np.uint8), pixel_size_nm), axis=axis, **kwargs)


def _touching(graph: InterfaceGraph) -> dict[tuple[int, int], pd.Series]:
    edges = graph.edges[graph.edges["touching"]]
    return {(edge.sender, edge.receiver): edge for edge in edges.itertuples()}


def _bricks(line: int, brick: int = 12) -> np.ndarray:
    labels = np.full((2 * brick + line, 2 * brick + line), Phase.LLZO, np.uint8)
    labels[brick : brick + line] = Phase.GRAIN_BOUNDARY
    labels[:, brick : brick + line] = Phase.GRAIN_BOUNDARY
    return labels


def _polycrystal(shape=(96, 96), grains=30, seed=0) -> np.ndarray:
    """Voronoi grains with boundaries, NMC below, a reaction layer, contacts, pores and a dislocation."""
    rng = np.random.default_rng(seed)
    points = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    seeds = rng.uniform(0, shape, (grains, len(shape)))
    distance, grain = KDTree(seeds).query(points, k=2)
    electrode = seeds[grain[..., 0], 0] > 0.6 * shape[0]
    labels = np.where(electrode, Phase.NMC, Phase.LLZO).astype(np.uint8)
    labels[distance[..., 1] - distance[..., 0] < 2] = Phase.GRAIN_BOUNDARY
    labels[(labels == Phase.GRAIN_BOUNDARY) & (electrode != np.roll(electrode, 4, 0))] = Phase.CONTACT
    labels[rng.uniform(size=shape) < 0.002] = Phase.PORE
    return labels


@pytest.mark.parametrize("line", [1, 2, 3, 4])
def test_two_by_two_bricks_are_a_square_between_terminals(line):
    edges = _touching(_graph(_bricks(line), 2.0))
    assert set(edges) == {(0, 1), (0, 2), (1, 3), (2, 3), (0, 4), (1, 4), (2, 5), (3, 5)}
    for pair in [(0, 1), (0, 2), (1, 3), (2, 3)]:
        assert edges[pair].boundary == "grain_boundary"
        assert edges[pair].contact_length_nm == pytest.approx(2 * (12 + line / 2), abs=1 + line)
        assert edges[pair].boundary_width_nm == pytest.approx(2 * line, rel=0.2)  # wider at the crossing
        assert edges[pair].centroid_distance_nm == pytest.approx(2 * (12 + line))
    assert edges[0, 1].direction_cosine == 0
    assert edges[0, 2].direction_cosine == 1
    assert edges[0, 2].area_specific_resistance_ohm_cm2 == pytest.approx(0.3)
    assert edges[0, 4].contact_length_nm + edges[1, 4].contact_length_nm == 2 * (24 + line)
    assert edges[0, 4].centroid_distance_nm == pytest.approx(12)


def test_bricks_have_known_features():
    nodes = _graph(_bricks(2), 0.5).nodes
    assert nodes["phase"].tolist() == ["llzo"] * 4 + ["terminal_first", "terminal_last"]
    first = nodes.iloc[0]
    assert first["area_nm2"] == 36
    assert first["perimeter_nm"] == pytest.approx(0.5 * 26, rel=0.15)
    assert first["elongation"] == pytest.approx(1)
    assert (first["centroid_row_nm"], first["centroid_column_nm"]) == (2.75, 2.75)
    assert first["boundary_fraction"] == 1
    assert first["touches_edge"]
    assert first["conductivity_S_per_cm"] == pytest.approx(5.3e-4)
    assert nodes.filter(like="bbox_row").iloc[2].tolist() == [14, 26]


def test_series_laminate_is_a_chain():
    labels = np.repeat([1, 1, 1, 5, 5, 3, 3, 3, 3, 3], 4)[:, None] * np.ones(30, int)
    graph = _graph(labels, 0.5, axis=None)
    edges = _touching(graph)
    assert set(edges) == {(0, 1), (1, 2), (0, 3), (2, 4)}
    assert {edges[pair].contact_length_nm for pair in edges} == {15.0}
    assert edges[0, 1].boundary == "direct"
    assert edges[0, 1].area_specific_resistance_ohm_cm2 == 0
    assert graph.nodes["thickness_nm"][1] == pytest.approx(4)
    assert graph.nodes["distance_to_interface_nm"][:3].tolist() == pytest.approx([5, 0.5, 7], abs=0.6)


def test_llzo_on_nmc_is_a_contact_drawn_or_not():
    bare, drawn = (
        np.repeat([1, 3], 10)[:, None] * np.ones(10, int),
        np.repeat([1, 4, 3], 10)[:, None] * np.ones(10, int),
    )
    for labels, width in ((bare, 0), (drawn, 10)):
        edge = _touching(_graph(labels))[0, 1]
        assert (edge.boundary, edge.boundary_width_nm) == ("contact", width)
        assert edge.area_specific_resistance_ohm_cm2 == pytest.approx(25.7)


def test_dislocation_is_a_node_inside_its_grain():
    labels = np.full((30, 30), Phase.LLZO, np.uint8)
    labels[5:25, 14:16] = Phase.DISLOCATION
    graph = _graph(labels)
    edge = _touching(graph)[0, 1]
    assert edge.boundary == "dislocation"
    assert edge.contact_length_nm == pytest.approx(44, rel=0.1)  # its ends are cut short
    assert edge.area_specific_resistance_ohm_cm2 == pytest.approx(0.005)


def test_pores_do_not_touch_terminals():
    labels = np.full((10, 10), Phase.LLZO, np.uint8)
    labels[0, :5] = Phase.PORE
    edges = _touching(_graph(labels))
    assert {pair for pair, edge in edges.items() if edge.boundary == "terminal"} == {(1, 2), (1, 3)}
    assert edges[1, 2].contact_length_nm == 5


def test_near_pores_know_their_gap():
    labels = np.full((40, 60), Phase.LLZO, np.uint8)
    labels[15:25, 10:20] = labels[15:25, 26:36] = Phase.PORE
    edges = _graph(labels, 2.0).edges
    near = edges[~edges["touching"]]
    assert near[["sender", "receiver", "boundary", "gap_nm"]].to_numpy().tolist() == [[1, 2, "none", 12.0]]


def test_majority_decides_a_mixed_border():
    labels = np.full((21, 20), Phase.NMC, np.uint8)
    labels[10, :] = Phase.GRAIN_BOUNDARY
    labels[11:] = Phase.REACTION_LAYER
    labels[10, 16:] = Phase.NMC
    edge = _touching(_graph(labels))[0, 1]
    assert edge.boundary == "grain_boundary"
    assert edge.boundary_share == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("axis", [0, 1])
def test_mirror_image_has_the_same_graph(axis):
    labels = _polycrystal()
    graph, mirror = _graph(labels), _graph(np.flip(labels, axis))
    number = np.flip(mirror.regions, axis)
    pixels = graph.regions >= 0
    renamed = np.arange(len(graph.nodes))
    renamed[graph.regions[pixels]] = number[pixels]
    renamed[-2:] = renamed[-2:] if axis else renamed[:-3:-1]
    for name in ("area_nm2", "elongation", "orientation_deg", "distance_to_interface_nm"):
        assert mirror.nodes[name][renamed].to_numpy() == pytest.approx(
            graph.nodes[name].to_numpy(), nan_ok=True, abs=1e-6
        )
    same = {tuple(sorted((renamed[a], renamed[b]))) for a, b in _touching(graph)}
    other = set(_touching(mirror))
    assert len(same ^ other) <= 0.03 * len(same)  # lines of odd width are shared out by region number
    assert sum(e.contact_length_nm for e in _touching(mirror).values()) == pytest.approx(
        sum(e.contact_length_nm for e in _touching(graph).values()), rel=0.01
    )


def test_transposed_image_on_the_other_axis_has_the_same_edges():
    labels = _bricks(2)
    labels[3:6, 3:9] = Phase.PORE
    one, other = _graph(labels, axis=0), _graph(labels.T, axis=1)
    assert len(one.edges) == len(other.edges)
    for name in ("contact_length_nm", "direction_cosine", "gap_nm"):
        assert sorted(one.edges[name]) == pytest.approx(sorted(other.edges[name]))


def test_pixel_size_scales_lengths_only():
    labels = _polycrystal()
    one, two = _graph(labels, 1.0), _graph(labels, 2.0)
    for table, scaled in ((one.nodes, two.nodes), (one.edges, two.edges)):
        for name in table.select_dtypes("number"):
            power = 2 if name.endswith("_nm2") else 1 if name.endswith("_nm") else 0
            assert scaled[name].to_numpy() == pytest.approx(table[name].to_numpy() * 2.0**power, nan_ok=True), name


def test_finer_sampling_keeps_the_graph():
    labels = _polycrystal()
    one, two = _graph(labels, 1.0), _graph(labels.repeat(2, 0).repeat(2, 1), 0.5)
    assert one.nodes["phase"].tolist() == two.nodes["phase"].tolist()
    shared = set(_touching(one)) & set(_touching(two))
    assert len(shared) >= 0.97 * len(_touching(one))


def test_tables_are_deterministic():
    labels = _polycrystal()
    one, two = _graph(labels), _graph(np.asfortranarray(labels.astype(">i4")))
    pd.testing.assert_frame_equal(one.nodes, two.nodes)
    pd.testing.assert_frame_equal(one.edges, two.edges)


def test_volume_laminate_has_areas_and_volumes():
    labels = np.full((6, 8, 10), Phase.LLZO, np.uint8)
    labels[3:] = Phase.NMC
    graph = _graph(labels, 2.0, axis=None)
    edges = _touching(graph)
    assert graph.axis == 2
    assert graph.nodes["volume_nm3"][0] == 8 * 240
    assert graph.nodes["centroid_slice_nm"][0] == 2
    assert edges[0, 1].contact_area_nm2 == 4 * 80
    assert set(edges) == {(0, 1), (0, 2), (1, 3)}


def test_volume_polycrystal_connects():
    graph = _graph(_polycrystal((30, 32, 34), 12), axis=None)
    assert (graph.edges["boundary"] == "grain_boundary").any()
    assert np.isfinite(graph.nodes["elongation"][:-2]).all()


def test_micrograph_and_uncertainty_are_averaged():
    labels = np.repeat([1, 3], 8)[:, None] * np.ones(8, np.uint8)
    haadf = np.where(labels == 1, 10, 20).astype(np.float32)
    micrograph = Micrograph(haadf, {"La": haadf / 10}, 1.0)
    phases = PhaseMap(labels.astype(np.uint8), 1.0, uncertainty=haadf / 40)
    nodes = build_graph(phases, micrograph).nodes
    assert nodes["mean_haadf"][:2].tolist() == [10, 20]
    assert nodes["mean_eds_La"][:2].tolist() == [1, 2]
    assert nodes["mean_uncertainty"][:2].tolist() == [0.25, 0.5]


def test_without_a_micrograph_there_are_no_means():
    assert not any(name.startswith("mean_") for name in _graph(_bricks(2)).nodes)


def test_conductivity_follows_system_and_temperature():
    system = load_system("latp_nmc")
    graph = _graph(_bricks(2), system="latp_nmc", temperature=350.0)
    assert graph.nodes["conductivity_S_per_cm"][0] == pytest.approx(system.conductivity(Phase.LLZO, 350.0))
    assert graph.metadata["material_system"] == "latp_nmc"
    assert graph.metadata["temperature_K"] == 350.0


@pytest.mark.parametrize("code", list(Phase))
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (6, 6), (3, 4, 5)])
def test_a_single_code_gives_a_small_graph(code, shape):
    graph = _graph(np.full(shape, code))
    lines = code in (Phase.UNLABELLED, Phase.GRAIN_BOUNDARY, Phase.CONTACT)
    assert len(graph.nodes) == (2 if lines else 3)
    assert len(graph.edges) == (0 if lines or code == Phase.PORE else 2)
    assert graph.nodes["phase"].tolist()[-2:] == ["terminal_first", "terminal_last"]


def test_columns_do_not_depend_on_what_is_in_the_image():
    empty, full = _graph(np.zeros((5, 5), int)), _graph(_bricks(2))
    assert list(empty.nodes) == list(full.nodes)
    assert list(empty.edges) == list(full.edges)


def test_noise_does_not_blow_up():
    labels = np.random.default_rng(3).integers(0, 9, (150, 150)).astype(np.uint8)
    graph = _graph(labels)
    assert len(graph.edges) < 15 * len(graph.nodes)
    assert np.isfinite(graph.nodes["perimeter_nm"][:-2]).all()


def test_every_region_pixel_is_named_by_its_node():
    labels = _polycrystal()
    graph = _graph(labels)
    keys = np.array([*graph.nodes["phase"], "none"])[graph.regions]
    assert np.array_equal(keys[graph.regions >= 0], [Phase(code).key for code in labels[graph.regions >= 0]])


@pytest.mark.parametrize(
    "labels", [np.ones((4, 4)), np.full((4, 4), 9), np.full((4, 4), -1), np.zeros((0, 4), int), [1, 1]]
)
def test_bad_labels_are_input_errors(labels):
    with pytest.raises(InputError):
        build_graph(PhaseMap(np.asarray(labels), 1.0), axis=0)


@pytest.mark.parametrize("pixel_size_nm", [0, -1, float("nan"), float("inf")])
def test_bad_pixel_size_is_a_calibration_error(pixel_size_nm):
    with pytest.raises(CalibrationError):
        _graph(_bricks(2), pixel_size_nm)


def test_missing_interface_wants_an_axis():
    with pytest.raises(InputError, match="not in the picture"):
        _graph(_bricks(2), axis=None)


def test_other_bad_arguments_are_errors():
    with pytest.raises(InputError, match="axis"):
        _graph(_bricks(2), axis=2)
    with pytest.raises(InputError, match="temperature"):
        _graph(_bricks(2), temperature=-5)
    with pytest.raises(MaterialError):
        _graph(_bricks(2), system="no_such")
    with pytest.raises(InputError, match="mean_haadf"):
        build_graph(PhaseMap(_bricks(2), 1.0), Micrograph(np.ones((3, 3), np.float32), {}, 1.0), axis=0)
