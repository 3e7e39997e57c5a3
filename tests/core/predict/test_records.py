"""Records of a study: resumed, the same whoever makes them, split by sample, refused where they are none."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ssbi_core.errors import InputError, ReadError
from ssbi_core.graph import build_graph
from ssbi_core.graph.cells import conduction_cells
from ssbi_core.io import PhaseMap, read_labels
from ssbi_core.materials import load_system
from ssbi_core.predict.conductance import material_values
from ssbi_core.predict.records import LATTICES, load_records, split_by_sample
from ssbi_core.predict.solve_study import solve_study
from ssbi_core.predict.train_study import study_data
from ssbi_core.simulate import simulate_study
from ssbi_core.transport import solve_conduction


def make(folder, number=2):
    simulate_study(number, 3, folder, shape=(96, 96), pixel_size_nm=2.0, images=False)
    return folder


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = make(tmp_path_factory.mktemp("study"))
    solve_study(folder, conditions=2, seed=1)
    return folder


def test_no_images_leaves_labels_alone(study):
    assert not list((study / "images").iterdir())
    assert len(list((study / "labels").iterdir())) == 2


def test_a_row_per_picture_and_state(study):
    table = load_records(study).table
    assert len(table) == 4
    assert table["image"].nunique() == 2
    for _, rows in table.groupby("image"):
        assert rows["reaction_layer"].nunique() == 2
    shares = table.filter(like="share_").sum(axis=1)[table["conductivity_S_per_cm"] > 0]
    np.testing.assert_allclose(shares, 1, atol=1e-6)
    assert (table["lower_S_per_cm"] <= table["conductivity_S_per_cm"] * (1 + 1e-9)).all()
    assert "process_pressure_MPa" in table


def test_cells_are_those_of_the_labels(study):
    records = load_records(study)
    image = records.table["image"][0]
    phases = read_labels(study / "labels" / f"{image}.tif")
    graph = build_graph(phases, system="llzo_nmc")
    for lattice in LATTICES[:2]:
        kept, fresh = records.cells(image, lattice), conduction_cells(graph, *lattice)
        assert kept.shape == fresh.shape
        np.testing.assert_array_equal(kept.first, fresh.first)
        np.testing.assert_allclose(kept.path, fresh.path, rtol=1e-6)


def test_workers_and_parts_make_the_same_records(study, tmp_path):
    folder = make(tmp_path, 1)
    solve_study(folder, conditions=2, seed=1)
    make(tmp_path, 2)
    said = []
    solve_study(folder, conditions=2, seed=1, workers=2, progress=lambda name, share: said.append((name, share)))
    assert said == [("sim_3_00001", 1.0)]  # the first was there
    pd.testing.assert_frame_equal(load_records(folder).table, load_records(study).table, rtol=1e-9)


def test_rows_with_far_bounds_are_not_to_be_learned_from(study, tmp_path):
    records = load_records(study)
    table = records.table.assign(lower_S_per_cm=[0.0, 1.0, 1.0, 1.0], upper_S_per_cm=[1.0, 1.02, 2.0, 1.05])
    kept = type(records)(records.folder, table).trustworthy().table
    assert list(kept["upper_S_per_cm"]) == [1.02, 1.05]


def test_states_with_drawn_numbers_can_be_added(tmp_path):
    folder = make(tmp_path, 1)
    solve_study(folder, seed=1)
    before = load_records(folder)
    solve_study(folder, seed=1, drawn=2)
    both = load_records(folder)
    assert len(both.table) == 3
    pd.testing.assert_frame_equal(both.of_file().table, before.table)
    drawn = both.table.loc[both.table["factor_contact"].notna()]
    assert drawn["factor_contact"].nunique() == 2

    row = drawn.iloc[0]
    factors = {name.removeprefix("factor_"): row[name] for name in drawn.filter(like="factor_")}
    system = load_system("llzo_nmc", reaction_layer=row["reaction_layer"]).scaled(factors)
    phases = PhaseMap(read_labels(folder / "labels" / f"{row['image']}.tif", pixel_size_nm=2.0).labels, 2.0)
    solved = solve_conduction(phases, system=system, temperature=row["temperature_K"], axis=row["axis"])
    assert solved.effective_conductivity.lower <= row["conductivity_S_per_cm"] * 1.03
    assert solved.effective_conductivity.upper >= row["conductivity_S_per_cm"] * 0.97

    data, _ = study_data(both, [(np.arange(3), [LATTICES[0]])])
    expected = material_values(system, row["temperature_K"])
    at = int(drawn.index[0])
    np.testing.assert_allclose(data.material.conductivity[at], expected.conductivity, rtol=1e-6)
    np.testing.assert_allclose(data.material.resistance[at], expected.resistance, rtol=1e-6)
    assert not np.allclose(data.material.resistance[at], data.material.resistance[0])


def test_samples_are_not_split():
    table = pd.DataFrame({"sample": [f"s{index // 3}" for index in range(60)]})
    parts = split_by_sample(table, (0.6, 0.2, 0.2), seed=4)
    assert sorted(np.concatenate(parts)) == list(range(60))
    samples = [set(table["sample"][part]) for part in parts]
    assert [len(each) for each in samples] == [12, 4, 4]
    assert not samples[0] & samples[1]
    assert not np.array_equal(parts[0], split_by_sample(table, (0.6, 0.2, 0.2), seed=5)[0])


def test_too_few_samples_are_refused():
    with pytest.raises(InputError, match="2 samples in shares of"):
        split_by_sample(pd.DataFrame({"sample": ["a", "b"]}))


def test_folder_that_is_no_study_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"without truth\.parquet"):
        solve_study(tmp_path)


def test_study_without_records_is_refused(tmp_path):
    with pytest.raises(InputError, match="without solved pictures"):
        load_records(make(tmp_path, 1))


def test_picture_that_fails_does_not_stop_the_rest(tmp_path):
    folder = make(tmp_path)
    (folder / "labels" / "sim_3_00000.tif").write_bytes(b"no image")
    solve_study(folder)
    assert list(load_records(folder).table["image"]) == ["sim_3_00001"]
    failed = json.loads((folder / "records" / "sim_3_00000.json").read_text())["failed"]
    assert "sim_3_00000.tif" in failed


def test_missing_lattice_is_named(study):
    records = load_records(study)
    with pytest.raises(ReadError, match="cells 7 and 9"):
        records.cells(records.table["image"][0], (7, 9))
