from __future__ import annotations

import json

import numpy as np
import pytest

from ssbi_core.errors import OutputError
from ssbi_core.io.phase_map import PhaseMap
from ssbi_core.transport.impedance import impedance


@pytest.fixture(scope="module")
def spectrum():
    labels = np.ones((20, 4), np.uint8)
    labels[10], labels[11:] = 4, 3
    return impedance(PhaseMap(labels, 10.0), axis=0, frequencies=(1e1, 1e9, 3))


def test_csv_holds_frequency_real_and_imaginary_part_without_header(spectrum, tmp_path):
    path = spectrum.to_csv(tmp_path / "z.csv")
    frequency, real, imag = np.genfromtxt(path, delimiter=",").T
    assert frequency == pytest.approx(spectrum.frequency[::-1], rel=1e-11)
    assert real + 1j * imag == pytest.approx(spectrum.impedance[::-1], rel=1e-11)
    assert (imag < 0).all()


def test_impedance_py_reads_the_csv(spectrum, tmp_path):
    preprocessing = pytest.importorskip("impedance.preprocessing")
    frequency, z = preprocessing.readCSV(str(spectrum.to_csv(tmp_path / "z.csv")))
    assert frequency == pytest.approx(spectrum.frequency[::-1])
    assert z == pytest.approx(spectrum.impedance[::-1])


def test_json_holds_the_whole_record(spectrum, tmp_path):
    record = json.loads(spectrum.to_json(tmp_path / "z.json", image="x.tif").read_text())
    assert record["image"] == "x.tif"
    assert record["frequency_Hz"] == spectrum.frequency.tolist()
    z = np.array(record["impedance_ohm_cm2"]["real"]) + 1j * np.array(record["impedance_ohm_cm2"]["imag"])
    assert (z == spectrum.impedance).all()
    assert len(record["relaxation_times"]["peaks"]) == len(spectrum.drt.peaks)
    assert record["settings"]["system"] == "llzo_nmc"
    assert record["nominal_relaxation_times_s"]["contact"] == pytest.approx(25.7e-6)


def test_a_spectrum_of_one_frequency_has_no_relaxation_times(tmp_path):
    one = impedance(PhaseMap(np.ones((4, 4), np.uint8), 10.0), axis=0, frequencies=[1e3])
    assert one.drt is None
    assert json.loads(one.to_json(tmp_path / "z.json").read_text())["relaxation_times"] is None


def test_nothing_half_written_is_left_where_a_file_cannot_be(spectrum, tmp_path):
    with pytest.raises(OutputError):
        spectrum.to_csv(tmp_path / "missing" / "z.csv")
    assert list(tmp_path.iterdir()) == []
