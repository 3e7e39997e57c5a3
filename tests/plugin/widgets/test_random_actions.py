"""Whatever a user does in whatever order: no exception, no orphan layer, statuses that agree with what there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from napari.components import ViewerModel
from napari.layers import Image, Labels

from napari_ssbi.analysis import Status
from napari_ssbi.layers import FOUND_PHASES, micrograph_layers
from napari_ssbi.widgets import messages
from plugin.widgets.conftest import labels
from ssbi_core.io import Micrograph
from ssbi_core.materials import Phase

STEPS = ("data", "phases", "graph", "transport", "prediction", "anomalies", "report", "optimization")
NM = {"scale": (0.5, 0.5), "units": ("nm", "nm")}


class User(RuleBasedStateMachine):
    make_dock = None
    folder = None

    def __init__(self):
        super().__init__()
        self.viewer = ViewerModel()
        self.dock = type(self).make_dock(self.viewer)
        self.rng = np.random.default_rng(0)
        self.bundles = 0

    @initialize(first=st.sampled_from([None, "image", "micrograph", "labels", "shifted"]), done=st.booleans())
    def begin(self, first, done):
        """Some users begin with nothing, some with all steps done."""
        if first is not None:
            self.add(first)
            if done:
                self.dock.run_to("transport")
                self.dock.jobs.deliver_all()
                assert self.dock.status("transport") is Status.DONE

    def picture(self):
        return self.rng.random((48, 48)).astype(np.float32)

    def pick(self, number):
        return self.viewer.layers[number % len(self.viewer.layers)] if self.viewer.layers else None

    @rule(kind=st.sampled_from(["image", "bare", "labels", "stack", "rgb", "micrograph", "shifted"]))
    def add(self, kind):
        if kind == "micrograph":
            for made in micrograph_layers(Micrograph(self.picture(), {"La": self.picture()}, 0.5, "m", sha256="m")):
                self.viewer.add_layer(Image(made[0], **made[1]))
            return
        self.viewer.add_layer(
            {
                "image": lambda: Image(self.picture(), **NM),
                "bare": lambda: Image(self.picture()),
                "labels": lambda: Labels(labels(), **NM),
                "stack": lambda: Image(np.stack([self.picture()] * 2)),
                "rgb": lambda: Image(np.stack([self.picture()] * 3, -1), rgb=True),
                "shifted": lambda: Image(self.picture(), translate=(5, 6), scale=(1, 0.5), units=("um", "um")),
            }[kind]()
        )

    @rule(number=st.integers(0, 30))
    def remove(self, number):
        layer = self.pick(number)
        if layer is not None:
            self.viewer.layers.remove(layer)

    @rule(number=st.integers(0, 30), name=st.text(min_size=1, max_size=5))
    def rename(self, number, name):
        layer = self.pick(number)
        if layer is not None:
            layer.name = name

    @rule(number=st.integers(0, 30), to=st.integers(0, 30))
    def reorder(self, number, to):
        if self.viewer.layers:
            self.viewer.layers.move(number % len(self.viewer.layers), to % len(self.viewer.layers))

    @rule(number=st.integers(0, 30), shown=st.booleans())
    def show(self, number, shown):
        layer = self.pick(number)
        if layer is not None:
            layer.visible = shown

    @rule(step=st.sampled_from(STEPS))
    def switch(self, step):
        self.dock.choose_step(step)

    @rule(number=st.integers(0, 30))
    def choose_layer(self, number):
        choice = self.dock.panel("data").layer
        choice.setCurrentIndex(number % choice.count())

    @rule(text=st.sampled_from(["", "0.5", "nonsense", "-1", "1e9"]))
    def type_pixel_size(self, text):
        self.dock.panel("data").pixel_size.setText(text)

    @rule(text=st.sampled_from(["", "1e-4", "nonsense", "-1"]))
    def type_conductivity(self, text):
        self.dock.panel("transport").properties._conductivity[Phase.NMC].setText(text)

    @rule(kelvin=st.sampled_from([250.0, 298.15, 400.0]))
    def heat(self, kelvin):
        self.dock.panel("data").temperature.setValue(kelvin)

    @rule(new=st.booleans())
    def name_folder(self, new):
        self.bundles += new
        self.dock.panel("report").folder.setText(str(type(self).folder / f"{id(self)}_{self.bundles}"))

    @rule()
    def run(self):
        self.dock.run()

    @rule()
    def run_to_here(self):
        self.dock.run_to_here()

    @rule(step=st.sampled_from(STEPS))
    def run_step_from_a_menu(self, step):
        self.dock.choose_step(step)
        self.dock.run_to(step)

    @rule()
    def wait(self):
        self.dock.jobs.deliver()

    @rule()
    def wait_for_all(self):
        self.dock.jobs.deliver_all()

    @rule()
    def cancel(self):
        self.dock.cancel()

    @rule(code=st.sampled_from([0, 1, 3, 5, 6, 77]), row=st.integers(0, 47), column=st.integers(0, 47))
    def paint(self, code, row, column):
        layer = self.dock.analysis.layers.get(FOUND_PHASES)
        if layer is not None:
            layer.brush_size = 7
            layer.paint((min(row, layer.data.shape[0] - 1), min(column, layer.data.shape[1] - 1)), code)
            self.dock.panel("phases")._take_edit()

    @rule()
    def learn(self):
        box = self.dock.panel("phases").learning
        if box.isEnabled():
            box.button.click()

    @rule()
    def undo(self):
        layer = self.dock.analysis.layers.get(FOUND_PHASES)
        if layer is not None:
            layer.undo()
            self.dock.panel("phases")._take_edit()

    @rule(key=st.sampled_from(["potential", "streamlines", "bottlenecks", "sensitivity"]), shown=st.booleans())
    def tick_overlay(self, key, shown):
        self.dock.panel("transport").boxes[key].setChecked(shown)

    @rule(shown=st.booleans())
    def tick_uncertainty(self, shown):
        self.dock.panel("phases").uncertainty.setChecked(shown)

    @rule(number=st.integers(0, 2), value=st.integers(0, 400))
    def slide(self, number, value):
        sliders = self.dock.panel("transport").sliders
        if sliders.isEnabled():
            list(sliders._values.values())[number].setValue(value)

    @rule()
    def add_measurement(self):
        self.dock.panel("prediction").table.add()

    @rule(number=st.integers(0, 5), text=st.sampled_from(["", "1e-6", "nan", "-1", "2,5e-6 S/cm"]))
    def type_measurement(self, number, text):
        row = self.measurement(number)
        if row is not None:
            row.conductivity.setText(text)

    @rule(number=st.integers(0, 5), kelvin=st.sampled_from(["300", "25", ""]))
    def type_temperature_of_measurement(self, number, kelvin):
        row = self.measurement(number)
        if row is not None:
            row.temperature.setText(kelvin)

    @rule(number=st.integers(0, 5), image=st.integers(0, 30))
    def choose_measured_image(self, number, image):
        row = self.measurement(number)
        if row is not None:
            row.image.setCurrentIndex(image % row.image.count())

    @rule(number=st.integers(0, 5))
    def remove_measurement(self, number):
        row = self.measurement(number)
        if row is not None:
            row.remove.click()

    @rule(folder=st.sampled_from(["", "no such folder"]))
    def choose_net(self, folder):
        self.dock.panel("prediction").net.line.setText(folder)

    @rule(path=st.sampled_from(["", "no such folder"]), session=st.booleans())
    def choose_reference(self, path, session):
        reference = self.dock.panel("anomalies").reference
        reference.choose(path)
        reference.session.setChecked(session)

    @rule(rate=st.sampled_from([0.001, 0.05, 0.5]), place=st.integers(-1, 3))
    def look_at_a_place(self, rate, place):
        panel = self.dock.panel("anomalies")
        panel.rate.set_rate(rate)
        panel.list.setCurrentRow(min(place, panel.list.count() - 1))

    @rule(resume=st.booleans())
    def pause_or_resume(self, resume):
        bar = self.dock.panel("optimization").bar
        button = bar.resume_button if resume else bar.pause_button
        if button.isVisibleTo(bar) and button.isEnabled():
            button.click()

    @rule(alone=st.booleans(), text=st.sampled_from(["", "700", "nonsense"]))
    def change_the_search(self, alone, text):
        form = self.dock.panel("optimization").form
        form.origin.setCurrentIndex(int(alone))
        next(iter(form.table.rows.values())).start.setText(text)

    def measurement(self, number):
        rows = self.dock.panel("prediction").table.rows
        return rows[number % len(rows)] if rows else None

    @rule(phase=st.sampled_from([Phase.CONTACT, Phase.PORE, Phase.REACTION_LAYER]), without=st.booleans())
    def knock_out(self, phase, without):
        sliders = self.dock.panel("transport").sliders
        if sliders.isEnabled():
            sliders._without[phase].setChecked(without)

    @invariant()
    def every_layer_of_the_book_is_in_the_viewer_and_its_own(self):
        book = dict(self.dock.analysis.layers)
        assert all(layer in self.viewer.layers for layer in book.values())
        assert len({id(layer) for layer in book.values()}) == len(book)

    @invariant()
    def statuses_agree_with_what_there_is(self):
        analysis = self.dock.analysis
        found = {panel.KEY: self.dock.status(panel.KEY) for panel in self.dock.panels}
        running = [key for key, status in found.items() if status is Status.RUNNING]
        assert running == ([analysis.running] if analysis.running else [])
        assert (self.dock._job is not None) == bool(running)
        for key, status in found.items():
            if status in (Status.DONE, Status.STALE):
                assert analysis.result(key) is not None
            if status is Status.DONE:
                assert all(found[need] is not Status.STALE for need in analysis.needs[key])

    @invariant()
    def a_prediction_is_shown_if_there_is_one(self):
        panel = self.dock.panel("prediction")
        assert panel.plot.isHidden() == (self.dock.analysis.result("prediction") is None)
        assert len(panel.table.rows) == len({id(row) for row in panel.table.rows})

    @invariant()
    def the_list_says_what_is(self):
        for row, panel in enumerate(self.dock.panels):
            assert self.dock.list.item(row).toolTip().startswith(panel.TITLE)

    def teardown(self):
        self.dock.release()


def act(make_dock, folder, monkeypatch, examples, steps):
    for name in ("show_error", "show_info", "show_warning"):
        monkeypatch.setattr(messages, name, lambda _text: None)
    kind = type("SomeUser", (User,), {"make_dock": staticmethod(make_dock), "folder": folder})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(kind, settings=chosen)


def test_random_actions_in_random_order(make_dock, tmp_path, monkeypatch):
    act(make_dock, tmp_path, monkeypatch, examples=4, steps=60)


@pytest.mark.slow
def test_two_hundred_random_actions_in_random_order(make_dock, tmp_path, monkeypatch):
    act(make_dock, tmp_path, monkeypatch, examples=25, steps=200)
