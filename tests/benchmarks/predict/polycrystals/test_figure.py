from matplotlib import rc_context

from benchmarks.predict.polycrystals import figure

NAMES = ("this net", "one peer", "another peer")
ERRORS = {"30": (0.05, 0.06, 0.2), "120": (0.015, 0.011, 0.08), "480": (0.011, 0.01, 0.07)}


def of_method(mean):
    return {"mape": {"estimate": mean, "lower": 0.9 * mean, "upper": 1.2 * mean}}


def test_every_method_and_number_of_graphs_is_in_the_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(figure, "RESULTS", tmp_path)
    found = {
        graphs: {name: of_method(mean) for name, mean in zip(NAMES, means, strict=True)}
        for graphs, means in ERRORS.items()
    }
    with rc_context({"svg.fonttype": "none"}):
        figure.draw({"by_training_graphs": found})
    text = (tmp_path / "predict.polycrystals.svg").read_text(encoding="utf-8")
    for word in (*NAMES, *ERRORS):
        assert f">{word}<" in text
    assert (tmp_path / "predict.polycrystals.png").stat().st_size > 1000
