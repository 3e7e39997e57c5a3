"""The task as the compute process runs it, with a real net that was not trained."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest

from napari_ssbi.compute import prediction
from napari_ssbi.compute.prediction import Measured, predict_conductivity
from napari_ssbi.compute.tasks import Setting
from napari_ssbi.compute.wire import receive, send, unseal
from plugin.widgets.conftest import labels
from ssbi_core.errors import InputError, ReadError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.predict import ConductivityPosterior, PredictionConfig, load_predictor, predict_phases

CONFIG = PredictionConfig(segmentations=2, materials=8)
SETTING = Setting()


def unsure(picture):
    """A segmentation that gives every pixel one chance in twenty of being a pore."""
    probabilities = 0.95 * np.eye(len(Phase), dtype=np.float32)[:, picture]
    probabilities[Phase.PORE] += 0.05
    return probabilities


@pytest.fixture(scope="module")
def phases():
    return PhaseMap(labels(), 0.5, probabilities=unsure(labels()))


@pytest.fixture(scope="module")
def graph(phases):
    return build_graph(phases)


@pytest.fixture
def ask(phases, graph, net_folder):
    def ask(measured=(), report=lambda *_: None, **other):
        untouched = np.zeros(phases.labels.shape, bool)
        given = {"phases": phases, "painted": untouched, "graph": graph, "setting": SETTING, "config": CONFIG}
        given |= {"conductivity": {}, "resistance": {}}
        return predict_conductivity(report, **{**given, "measured": list(measured), "model": str(net_folder), **other})

    return ask


def test_the_window_gets_what_the_core_says(ask, phases, graph, net_folder):
    heard = []
    found = ask(report=lambda text, done: heard.append((text, done)))
    here = predict_phases(phases, graph=graph, config=CONFIG, model=load_predictor(net_folder))
    assert found.mean == pytest.approx(here.mean_S_per_cm)
    assert found.intervals == {level: pytest.approx(here.interval(level)) for level in (0.5, 0.8, 0.9)}
    assert found.variance == pytest.approx(here.variance)
    at, density = found.curve
    assert np.trapezoid(density, np.log10(at)) == pytest.approx(1, abs=0.05)
    assert at[0] < found.intervals[0.9][0]
    assert [done for _, done in heard] == sorted(done for _, done in heard)
    assert all(text[0].isupper() for text, _ in heard)


def test_the_posterior_itself_comes_back_from_the_window(ask):
    found = ask()
    back = unseal(found.posterior)
    assert isinstance(back, ConductivityPosterior)
    assert back.interval(0.8) == pytest.approx(found.intervals[0.8])
    assert back.variance == found.variance


def test_the_window_reads_it_without_jax(ask, tmp_path):
    with (tmp_path / "message").open("wb") as stream:
        send(stream, ask())
    code = (
        "import sys; from napari_ssbi.compute.wire import receive; found = receive(open(sys.argv[1], 'rb'));"
        "assert found.mean > 0; heavy = {'jax', 'numpyro', 'flax', 'scipy'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "message")], check=True, timeout=200)


def test_pixels_that_were_painted_are_certain(phases):
    painted = np.zeros(phases.labels.shape, bool)
    painted[2:6, 2:6] = True
    told = prediction._as_painted(phases, painted)
    assert (told.probabilities[Phase.LLZO, 2:6, 2:6] == 1).all()
    np.testing.assert_array_equal(told.probabilities[:, ~painted], phases.probabilities[:, ~painted])
    np.testing.assert_array_equal(told.labels, phases.labels)


def test_labels_without_probabilities_have_no_variance_of_segmentation(ask):
    found = ask(phases=PhaseMap(labels(), 0.5))
    assert "segmentation" not in found.variance
    assert found.variance["material"] > 0


MEASURED = (
    Measured("this image", None, 298.15, 4e-8),
    Measured("other", PhaseMap(labels()[:, ::-1].copy(), 0.5), 320.0, 1e-7),
)


def test_measurements_teach_the_material_and_narrow_the_prediction(ask):
    found, before = ask(MEASURED), ask()
    assert found.variance["material"] < 0.5 * before.variance["material"]
    assert found.measured == (("this image", 298.15, 4e-8), ("other", 320.0, 1e-7))
    assert found.learned.before.shape == found.learned.after.shape == (len(found.learned.names),)
    assert found.learned.misfit.shape == (2,)
    assert unseal(found.posterior).measurements == 2
    stream = io.BytesIO()
    send(stream, found)
    stream.seek(0)
    assert receive(stream).learned.names == found.learned.names


def test_the_same_measurements_are_learned_from_once(ask, monkeypatch):
    from ssbi_core.predict import learning

    ask(MEASURED)
    times = []
    real = learning.learn_material
    monkeypatch.setattr(learning, "learn_material", lambda *args, **kw: times.append(1) or real(*args, **kw))
    ask(MEASURED)
    assert not times
    ask((MEASURED[0]._replace(conductivity=5e-8), MEASURED[1]))
    assert len(times) == 1


def test_properties_that_the_user_gave_take_the_place_of_the_files(ask):
    assert ask(resistance={"contact": 2e4}).mean < 0.1 * ask(resistance={"contact": 2.0}).mean


def test_a_net_that_is_not_there_is_said(ask, tmp_path):
    with pytest.raises(ReadError, match=str(tmp_path)):
        ask(model=str(tmp_path))


def test_another_material_is_refused(ask):
    with pytest.raises(InputError, match="latp_nmc for a net trained on llzo_nmc"):
        ask(setting=SETTING._replace(system="latp_nmc"))
