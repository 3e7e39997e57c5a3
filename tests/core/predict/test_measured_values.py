from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ssbi_core.errors import InputError, ReadError
from ssbi_core.predict.measured_values import MeasuredValue, read_measured

TABLE = pd.DataFrame({"image": ["007", "b"], "conductivity_S_per_cm": [1e-6, 2e-6], "temperature_K": [300.0, np.nan]})


def saved(table, folder, suffix):
    path = folder / f"measured{suffix}"
    table.to_csv(path, index=False) if suffix == ".csv" else table.to_parquet(path)
    return str(path)


def test_assignments_are_at_the_temperature_of_the_run():
    found = read_measured(["scan_01=2.5e-6", " b = 3e-5"], 310.0)
    assert found == [MeasuredValue("scan_01", 2.5e-6, 310.0), MeasuredValue("b", 3e-5, 310.0)]


def test_a_name_may_hold_an_equals_sign():
    assert read_measured(["t=5=1e-6"], 300.0)[0].image == "t=5"


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_says_its_temperatures_or_leaves_them_to_the_run(suffix, tmp_path):
    found = read_measured([saved(TABLE, tmp_path, suffix)], 310.0)
    assert found == [MeasuredValue("007", 1e-6, 300.0), MeasuredValue("b", 2e-6, 310.0)]
    found = read_measured([saved(TABLE.drop(columns="temperature_K"), tmp_path, suffix)], 310.0)
    assert [value.temperature_K for value in found] == [310.0, 310.0]


def test_one_image_may_be_measured_at_two_temperatures(tmp_path):
    found = read_measured([saved(TABLE, tmp_path, ".csv"), "007=4e-6"], 350.0)
    assert len(found) == 3


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["a"], "'a'"),
        (["a=warm"], "a=warm"),
        (["=1e-6"], "=1e-6"),
        (["a=nan"], "nan S/cm of a"),
        (["a=inf"], "inf S/cm of a"),
        (["a=-1e-6"], "-1e-06 S/cm of a"),
        (["a=0"], "0 S/cm of a"),
        (["a=1e-6", "b=1e-6", "a=2e-6"], "2 measured conductivities of a"),
    ],
)
def test_what_makes_no_sense_is_named(given, named):
    with pytest.raises(InputError, match=named):
        read_measured(given, 298.15)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda table: table.drop(columns="conductivity_S_per_cm"), "conductivity_S_per_cm"),
        (lambda table: table.rename(columns={"image": "name"}), "without image"),
        (lambda table: table.head(0), "rows"),
        (lambda table: table.assign(conductivity_S_per_cm=["1e-6", "warm"]), "warm"),
        (lambda table: table.assign(conductivity_S_per_cm=[1e-6, np.nan]), "nan S/cm of b"),
        (lambda table: table.assign(temperature_K=[300.0, -5.0]), "-5 K of b"),
        (lambda table: table.assign(image=["b", "b"], temperature_K=300.0), "2 measured conductivities of b"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_by_what_is_wrong(change, named, tmp_path):
    with pytest.raises(InputError, match=named):
        read_measured([saved(change(TABLE), tmp_path, ".csv")], 298.15)


def test_a_file_that_is_missing_or_damaged_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"nothing\.csv"):
        read_measured([str(tmp_path / "nothing.csv")], 298.15)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(ReadError, match=r"broken\.parquet"):
        read_measured([str(tmp_path / "broken.parquet")], 298.15)
