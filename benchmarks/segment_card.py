"""Write the shipped segmenter's model card from its own record and the held-out scores.

Run `python -m benchmarks.segment_card` after `benchmarks.segment_holdout` and `benchmarks.end_to_end`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.results_file import RESULTS
from benchmarks.second_look_train import IMAGES
from ssbi_core.materials import PHASES
from ssbi_core.segment import segmenter_digest
from ssbi_core.segment.weights import FILE_NAME, SECOND_FILE_NAME

MODELS = Path(__file__).parents[1] / "src" / "ssbi_core" / "models"
TEMPLATE = Path(__file__).with_name("segment_card.template.md")
ROWS = {
    "study": "20 images of an ordinary study, HAADF and all element maps",
    "study_without_eds": "the same images, HAADF alone",
    "scenes_difficulty_0.0": "8 random scenes, difficulty 0 (clean)",
    "scenes_difficulty_0.35": "8 random scenes, difficulty 0.35",
    "scenes_difficulty_0.7": "8 random scenes, difficulty 0.7",
    "scenes_difficulty_1.0": "8 random scenes, difficulty 1 (everything at once)",
}


def main() -> None:
    """Fill the template, write the card."""
    facts = json.loads((MODELS / "segmenter.json").read_text(encoding="utf-8"))
    second = json.loads((MODELS / "second_look.json").read_text(encoding="utf-8"))
    scores = json.loads((RESULTS / "segment_holdout.json").read_text(encoding="utf-8"))
    chain = json.loads((RESULTS / "end_to_end.json").read_text(encoding="utf-8"))
    if scores["model_sha256"] != segmenter_digest():
        raise SystemExit(
            "segment_holdout.json belongs to other weights: run python -m benchmarks.segment_holdout first"
        )
    card = TEMPLATE.read_text(encoding="utf-8").format(
        sha=facts["sha256"],
        steps=" and ".join(map(str, facts["steps"])),
        second_sha=second["sha256"],
        second_steps=second["steps"],
        second_temperature=second["temperature"],
        second_before=second["calibration"]["ece_before"],
        second_after=second["calibration"]["ece"],
        second_seeds=IMAGES,
        megabytes=sum((MODELS / name).stat().st_size for name in (FILE_NAME, SECOND_FILE_NAME)) / 1e6,
        seconds=scores["seconds_1024"],
        median=scores["study"]["mean_iou_per_image_median"],
        lowest=scores["study"]["mean_iou_per_image_lowest"],
        table=_table(scores),
        error=chain["median_relative_error_of_conductivity"],
        low=chain["median_relative_error_interval_90"][0],
        high=chain["median_relative_error_interval_90"][1],
        errors=", ".join(f"{row['relative_error']:.1%}" for row in _sorted(chain["images"])),
    )
    (MODELS / "segmenter.md").write_text(card, encoding="utf-8")
    print(card)


def _sorted(images: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(images, key=lambda row: row["relative_error"])


def _table(scores: dict[str, Any]) -> str:
    keys = [phase.key for phase in PHASES]
    lines = ["| images | mean IoU | " + " | ".join(keys) + " | ECE |", "|---" * (len(keys) + 3) + "|"]
    for name, title in ROWS.items():
        row = scores[name]
        cells = [f"{row['iou'][key]:.2f}" if key in row["iou"] else "-" for key in keys]
        lines.append(f"| {title} | **{row['mean_iou']:.3f}** | {' | '.join(cells)} | {row['ece']:.3f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
