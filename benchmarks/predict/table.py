"""Rows of the README's table on the predictor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.results_file import Row


def _network(r: dict[str, Any]) -> list[Row]:
    low, high = r["mape_interval_95"]
    return [
        (
            f"resistor network of the graph alone against the solver, {r['images']} interfaces, nothing learned: "
            "mean error (95 % interval)",
            f"{r['mape']:.1%} ({low:.1%} to {high:.1%})",
        )
    ]


def _shipped(r: dict[str, Any]) -> list[Row]:
    scores, rate = r["scores"], r["graphs_per_second"]
    return [
        (
            f"conductivity from the graph alone, shipped net, {r['images']} interfaces of a new study: "
            "mean error (95 % interval); median; R² of log10",
            f"{_interval(scores['ape'])}; {scores['median_ape']:.1%}; {scores['r2_log']:.4f}",
        ),
        (
            "the same: truths inside the 50, 80, 90, 95 % intervals",
            ", ".join(f"{scores[f'covered_{level:g}']['estimate']:.0%}" for level in (0.5, 0.8, 0.9, 0.95)),
        ),
        (
            "the same: graphs a second, mean; with 64 samples of the weights",
            "; ".join(f"{value:.0f}" for value in rate.values()),
        ),
    ]


def _cross_validation(r: dict[str, Any]) -> list[Row]:
    ours, finer = r["methods"]["this net"], r["methods"]["two fidelities"]
    peers = [r["methods"][name] for name in ("ridge on coarse solves", "Gaussian process")]
    return [
        (
            f"160 interfaces to learn from, {ours['repeats']} divisions: mean error from the graph alone; "
            "with a finer network solved beside it",
            f"{_interval(ours['ape'])}; {_interval(finer['ape'])}",
        ),
        (
            "the same: ridge on coarse solves; Gaussian process",
            "; ".join(_interval(peer["ape"]) for peer in peers),
        ),
    ]


def _coverage(r: dict[str, Any]) -> list[Row]:
    found = r["all"]
    return [
        (
            f"intervals on {found['graphs']} interfaces not learned from: truths inside the 80; 90 % interval",
            "; ".join(f"{found[f'covered_{level:g}']['estimate']:.1%}" for level in (0.8, 0.9)),
        ),
        (
            "the same, class by class of temperature and layer chemistry: least and most, 80; 90 %",
            "; ".join(_least_and_most(r["classes"], f"covered_{level:g}") for level in (0.8, 0.9)),
        ),
    ]


def _least_and_most(classes: dict[str, dict[str, float]], key: str) -> str:
    values = [own[key] for own in classes.values()]
    return f"{min(values):.0%} to {max(values):.0%}"


def _polycrystals(r: dict[str, Any]) -> list[Row]:
    number, most = max(r["by_training_graphs"].items(), key=lambda item: int(item[0]))
    errors = [_interval(most[name]["mape"]) for name in ("this net", "Gaussian process with network")]
    return [
        (
            f"polycrystals 64 x 64 x 64 of isotropic grains, {r['test_volumes']} volumes, {number} graphs to learn "
            "from: mean error of the net; of a Gaussian process on its network and three numbers; nothing learned",
            "; ".join([*errors, _interval(r["nothing_learned"]["mape"])]),
        )
    ]


def _hidden_resistance(r: dict[str, Any]) -> list[Row]:
    scores = r["scores"]
    return [
        (
            f"resistances of boundaries and layer drawn from their priors and hidden, {r['graphs']} cases: "
            "truths inside the 80; 90 % interval",
            "; ".join(_interval(scores[f"covered_{level}"]) for level in ("0.8", "0.9")),
        )
    ]


def _measured(r: dict[str, Any]) -> list[Row]:
    before, after = (
        ", ".join(f"{r[when][f'covered_{level}']['estimate']:.0%}" for level in ("0.8", "0.9"))
        for when in ("before", "after")
    )
    return [
        (
            f"five measured conductivities, {r['groups_of_samples']} materials: the others' standard deviation shrinks "
            "by; truths inside the 80, 90 % intervals before; after",
            f"{_interval(r['sd_shrinks_by'])}; {before}; {after}",
        )
    ]


def _raw_images(r: dict[str, Any]) -> list[Row]:
    return [
        (
            f"conductivity from {r['images']} raw micrographs, segmented and predicted: mean error; median; "
            "truths inside the 90 % interval",
            f"{_interval(r['errors']['ape'])}; {r['medians']['ape']:.1%}; "
            f"{r['coverage']['covered_0.9']['estimate']:.0%}",
        ),
        (
            "the same, mean error: net on the true phases; solver on the predicted phases",
            f"{_interval(r['errors']['ape_net_on_true_labels'])}; "
            f"{_interval(r['errors']['ape_solved_on_segmentation'])}",
        ),
    ]


def _interval(found: dict[str, float]) -> str:
    return f"{found['estimate']:.1%} ({found['lower']:.1%} to {found['upper']:.1%})"


def _tuning(r: dict[str, Any]) -> list[Row]:
    others = r["other_divisions"]
    best, default = (sum(others[name]) / len(others[name]) for name in ("best", "default"))
    return [
        (
            f"predictor's settings found by {sum(r['trials'].values())} trials against those made by hand, "
            f"{r['study']['samples']} interfaces, divisions the search never saw: mean error of ln σ",
            f"{best:.2%} against {default:.2%}, whose spread is {others['default_spread']:.2%}",
        )
    ]


def _training_time(r: dict[str, Any]) -> list[Row]:
    return [(f"training on {r['graphs']} graphs: fit, posterior and calibration", f"{r['seconds'] / 60:.1f} min")]


def _generalisation(r: dict[str, Any]) -> list[Row]:
    methods = r["methods"]
    curve = [name for name in methods if name.endswith(" graphs")]
    asked = list(dict.fromkeys(name.rpartition(": ")[0] for name in methods if name not in curve))
    rows = [
        (
            f"mean error of a net by graphs learned from: {', '.join(name.removesuffix(' graphs') for name in curve)}",
            "; ".join(f"{methods[name]['ape']['estimate']:.1%}" for name in curve),
        )
    ]
    for what in asked:
        without, with_ = (methods[f"{what}: {who}"] for who in ("not learned", "learned"))
        rows.append(
            (
                f"{what}: mean error of a net that never saw such; that did; share the former flags as out of range",
                f"{without['ape']['estimate']:.1%}; {with_['ape']['estimate']:.1%}; {without['flagged']:.0%}",
            )
        )
    return rows


PREDICT_TABLES: dict[str, Callable[[dict[str, Any]], list[Row]]] = {
    "predict_network": _network,
    "predict.shipped": _shipped,
    "predict.cross_validation": _cross_validation,
    "predict.generalisation": _generalisation,
    "predict.training_time": _training_time,
    "predict.coverage": _coverage,
    "predict.raw_images": _raw_images,
    "predict.hidden_resistance": _hidden_resistance,
    "predict.measured": _measured,
    "predict.polycrystals": _polycrystals,
    "predict.tuning": _tuning,
}
