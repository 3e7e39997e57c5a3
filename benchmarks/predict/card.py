"""Write the shipped predictor's model card: `python -m benchmarks.predict.card`, after `benchmarks.predict.shipped`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.predict.scoring import LEVELS
from benchmarks.results_file import RESULTS

MODELS = Path(__file__).parents[2] / "src" / "ssbi_core" / "models"
TEMPLATE = Path(__file__).with_name("card.template.md")


def main() -> None:
    """Fill the template, write the card."""
    facts = json.loads((MODELS / "predictor.json").read_text(encoding="utf-8"))
    found = json.loads((RESULTS / "predict.shipped.json").read_text(encoding="utf-8"))
    if found["sha256"] != facts["sha256"]:
        raise SystemExit(
            "predict.shipped.json belongs to other weights: run python -m benchmarks.predict.shipped first"
        )
    scores = found["scores"]
    card = TEMPLATE.read_text(encoding="utf-8").format(
        samples=facts["samples"],
        megabytes=(MODELS / "predictor.safetensors").stat().st_size / 1e6,
        sha=facts["sha256"],
        learned=facts["training_images"],
        calibrated=facts["calibration_images"],
        micrographs=(facts["images"] or {"number": "none"})["number"],
        images=found["images"],
        error="{estimate:.1%} ({lower:.1%} to {upper:.1%})".format(**scores["ape"]),
        median=scores["median_ape"],
        r2=scores["r2_log"],
        covered=", ".join(f"{scores[f'covered_{level:g}']['estimate']:.0%}" for level in LEVELS),
        rate="; ".join(f"{rate:.0f}" for rate in found["graphs_per_second"].values()),
        classes=_classes(found["classes"]),
    )
    (MODELS / "predictor.md").write_text(card, encoding="utf-8")
    print(card)


def _classes(classes: dict[str, dict[str, dict[str, Any]]]) -> str:
    lines = []
    for column, unit in (("reaction_layer", ""), ("temperature_K", " K")):
        for name, own in classes[column].items():
            inside = " | ".join(f"{own[f'covered_{level}']:.0%}" for level in ("0.8", "0.9"))
            lines.append(f"| {name}{unit} | {own['graphs']} | {own['ape']:.1%} | {inside} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
