from dataclasses import replace

import pandas as pd
import pytest

from ssbi_core.report import ImageResult, result_row, results_table


def test_one_row_per_image_with_the_numbers_of_the_result(result, blocked_result):
    table = results_table([result, blocked_result])
    assert table["image"].tolist() == ["scan_01", "scan_01"]
    assert table["effective_conductivity_S_per_cm"][0] == result.transport.effective_conductivity.estimate
    assert table["percolates"].tolist() == [True, False]
    assert pd.isna(table["area_specific_resistance_ohm_cm2"][1])
    shares = table.filter(like="resistance_share_").drop(columns="largest_resistance_share", errors="ignore")
    assert shares.iloc[0].sum() == pytest.approx(1)
    assert table["largest_resistance_share"][0] == shares.iloc[0].max()


def test_a_prediction_fills_its_columns_and_the_temperature(predicted_only, result):
    table = results_table([predicted_only, result])
    prediction = predicted_only.prediction
    assert table["prediction_mean_S_per_cm"][0] == prediction.mean_S_per_cm
    assert table["prediction_sd_log10"][0] == prediction.sd_log10
    ends = [table[f"prediction_interval_80_{end}_S_per_cm"][0] for end in ("lower", "upper")]
    assert tuple(ends) == prediction.interval(0.8)
    assert table.filter(like="prediction_variance_share_").iloc[0].sum() == pytest.approx(1)
    assert table["temperature_K"].tolist() == [prediction.temperature, result.transport.temperature]
    assert table.filter(like="prediction_").iloc[1].isna().all()


def test_columns_and_dtypes_do_not_depend_on_what_was_run(
    result, blocked_result, volume_result, predicted_result, predicted_only
):
    labels_only = ImageResult(phases=result.phases, system=result.system)
    tables = [
        results_table(rows)
        for rows in ([], [labels_only], [blocked_result], [result, volume_result], [predicted_result], [predicted_only])
    ]
    for table in tables[1:]:
        pd.testing.assert_series_equal(table.dtypes, tables[0].dtypes)
    assert "object" not in {str(dtype) for dtype in tables[0].dtypes}


def test_rows_may_stand_in_for_results(result):
    pd.testing.assert_frame_equal(results_table([result_row(result)]), results_table([result]))


def test_the_table_survives_parquet(result, volume_result, tmp_path):
    table = results_table([result, replace(volume_result, warnings=["a", "b"])])
    table.to_parquet(tmp_path / "results.parquet", index=False)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "results.parquet"), table)
    assert table["notes"][1] == "a; b"
