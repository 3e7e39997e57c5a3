# ruff: noqa: RUF001 (dashes, minus and Greek letters are meant as they stand)
import math
from dataclasses import replace

from ssbi_core.report import ImageResult, result_row
from ssbi_core.report.wording import image_summary, study_summary, temperature_in_words
from ssbi_core.transport import Bounded


def summary(result, **changes):
    return " ".join(image_summary(replace(result, transport=replace(result.transport, **changes))))


def test_the_largest_share_is_named_with_what_it_costs(result):
    text = summary(
        result,
        resistance_share={"reaction_layer": 0.62, "llzo": 0.38},
        knockout_gain_with_contact={"reaction_layer": 1.4},
    )
    assert (
        "The reaction layer carries 62\u202f% of the resistance; without it σ_eff would be 2.40 times as high." in text
    )
    assert "The electrolyte grains carry 38\u202f% of the resistance." in text


def test_small_changes_are_percentages_and_negligible_ones_are_said_to_be(result):
    shares = {"grain_boundary": 0.9, "llzo": 0.1}
    assert "without them σ_eff would rise by 31\u202f%" in summary(
        result, resistance_share=shares, knockout_gain_with_contact={"grain_boundary": 0.31}
    )
    assert "would stay the same" in summary(
        result, resistance_share=shares, knockout_gain_with_contact={"grain_boundary": 0.001}
    )
    assert "would fall by 2.0\u202f%" in summary(
        result, resistance_share=shares, knockout_gain_with_contact={"grain_boundary": -0.02}
    )


def test_a_wide_discretisation_gap_is_said_and_a_missing_bound_is_not_a_gap(result):
    assert "finer pixels" in summary(result, effective_conductivity=Bounded(1e-6, 0.9e-6, 1.1e-6))
    assert "finer pixels" not in summary(result, effective_conductivity=Bounded(1e-6, 0.99e-6, 1.01e-6))
    assert "finer pixels" not in summary(result, effective_conductivity=Bounded(1e-6, 0.0, 1e-6))


def test_without_percolation_the_reason_and_the_remedy_are_given(blocked_result):
    transport = replace(blocked_result.transport, knockout_gain={"pore": math.inf})
    assert image_summary(replace(blocked_result, transport=transport)) == [
        "This field of view does not conduct from face to face: "
        "pores cut every path between the first and the last row.",
        "Without the pores it would conduct.",
    ]


def test_labels_alone_are_described_by_composition(result):
    (sentence,) = image_summary(ImageResult(phases=result.phases, system=result.system))
    assert sentence.startswith("Phases by area: ")
    assert "nan" not in sentence


def test_a_study_is_summed_up_over_its_images(result, blocked_result):
    rows = [result_row(item) for item in (result, result, blocked_result)]
    text = " ".join(study_summary(rows))
    assert text.startswith("Over 2 images σ_eff runs from ")
    assert "1 of 3 images does not conduct" in text
    assert "in every image" in text
    assert study_summary(rows[:1]) == []


def test_temperatures_are_given_in_both_units():
    assert temperature_in_words(298.15) == "25.0 °C (298.15 K)"
    assert temperature_in_words(263.15) == "−10.0 °C (263.15 K)"


def test_a_prediction_without_a_solve_is_in_the_summary(predicted_only, predicted_result):
    composition, sentence = image_summary(predicted_only)
    assert composition.startswith("Phases by area")
    assert sentence.startswith("From its graph σ_eff is expected at ")
    assert "90\u202f%" in sentence
    assert not any("expected" in each for each in image_summary(predicted_result))


def test_a_study_of_predictions_is_summed_up(predicted_only, predicted_result, result):
    other = replace(predicted_only, prediction=replace(predicted_only.prediction, mean_S_per_cm=1e-3))
    (text,) = study_summary([result_row(item) for item in (predicted_only, other)])
    assert text.startswith("Over 2 images the predicted σ_eff runs from ")
    assert "1.00\u00a0×\u00a010⁻³" in text
    assert study_summary([result_row(predicted_result)] * 2) == study_summary([result_row(result)] * 2)
