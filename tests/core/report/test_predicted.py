from dataclasses import replace

from ssbi_core.report.formatting import interval, number
from ssbi_core.report.predicted import predicted_interval, prediction_in_words


def test_mean_interval_and_largest_cause_are_said(predicted_result):
    prediction = predicted_result.prediction
    value, cause = prediction_in_words(prediction)
    for part in (prediction.mean_S_per_cm, *prediction.interval(0.9)):
        assert number(part) in value
    assert "25.0 °C (298.15 K)" in value
    assert cause == "80\u202f% of its variance comes from what is not known of the material."


def test_the_largest_cause_is_named_whichever_it_is(predicted_result):
    small = {"noise": 1.0, "weights": 1.0, "segmentation": 1.0, "material": 1.0}
    said = {
        source: prediction_in_words(replace(predicted_result.prediction, variance={**small, source: 4.0}))[1]
        for source in small
    }
    assert len(set(said.values())) == 4
    assert "the segmentation" in said["segmentation"]


def test_measurements_and_extrapolation_are_said(predicted_result):
    prediction = replace(predicted_result.prediction, measurements=5, out_of_range=("number of cells (9)", "share (2)"))
    *_, learned, outside = prediction_in_words(prediction)
    assert learned == "The material was learned from 5 measured conductivities."
    assert outside.endswith("out of range in number of cells (9); share (2).")
    assert "a measured conductivity." in prediction_in_words(replace(prediction, measurements=1))[2]


def test_the_table_shows_the_90_per_cent_interval(predicted_result):
    prediction = predicted_result.prediction
    assert predicted_interval(prediction) == interval(prediction.mean_S_per_cm, *prediction.interval(0.9))
