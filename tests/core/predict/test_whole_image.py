"""From phases to a posterior: what is drawn, what is known, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.errors import InputError
from ssbi_core.graph import build_graph
from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase, load_system
from ssbi_core.predict import MaterialPosterior, PredictionConfig, predict, predict_phases
from ssbi_core.predict.prior import material_prior

SYSTEM = load_system("llzo_nmc", reaction_layer="Li2ZrO3")
FEW = PredictionConfig(segmentations=3, materials=8)


def interface(size=64, layer=6):
    """LLZO over a reaction layer over NMC."""
    labels = np.full((size, size), Phase.LLZO, np.uint8)
    middle = size // 2
    labels[middle : middle + layer] = Phase.REACTION_LAYER
    labels[middle + layer :] = Phase.NMC
    return labels


def unsure(labels, doubt):
    """Probabilities that give every pixel's label 1 - doubt, and pore or layer the rest."""
    p = np.full((9, *labels.shape), 0.0, np.float32)
    np.put_along_axis(p, labels[None].astype(int), 1 - doubt, axis=0)
    p[Phase.REACTION_LAYER] += doubt
    return PhaseMap(labels, 4.0, probabilities=p, name="sample")


LABELS = PhaseMap(interface(), 4.0, name="sample")


def of(phases, model, **options):
    return predict_phases(phases, system=SYSTEM, model=model, **{"config": FEW, **options})


def known(mean, sd=0.01, system=SYSTEM, **doubt):
    """Knowledge of every number of the material, so many standard deviations of the prior above the file's."""
    prior = material_prior(system, 350.0)
    z = mean + sd * np.random.default_rng(0).standard_normal((100, len(prior)))
    good = np.ones(len(prior)), np.full(len(prior), 900.0)
    return replace(MaterialPosterior(prior, z, np.zeros(5), *good, 0, 1.0), **doubt)


def test_labels_are_unsure_of_the_material_alone(untrained):
    found = of(LABELS, untrained)
    assert set(found.variance) == {"noise", "weights", "material"}
    assert found.variance_share["material"] > 0.5
    assert found.draws.shape == (8,)
    assert found.axis == 0
    assert found.model == untrained.sha256


def test_probabilities_add_the_segmentation(untrained):
    found = of(unsure(interface(), 0.4), untrained)
    assert found.variance["segmentation"] > 0
    exact = of(unsure(interface(), 0.0), untrained)
    assert exact.variance_share["segmentation"] < 0.01


def test_nothing_drawn_is_the_net_alone(untrained):
    none = of(unsure(interface(), 0.4), untrained, config=PredictionConfig(segmentations=0, materials=0))
    graph = build_graph(LABELS, system=SYSTEM)
    alone = predict(graph, system=SYSTEM, model=untrained)
    assert set(none.variance) == {"noise", "weights"}
    assert none.mean_S_per_cm == alone.mean_S_per_cm
    assert none.interval(0.9) == alone.interval(0.9)


def test_the_seed_decides(untrained):
    phases = unsure(interface(), 0.4)
    one, same, other = (
        of(phases, untrained, config=FEW.model_copy(update={"seed": seed})).interval(0.9) for seed in (0, 0, 1)
    )
    assert one == same != other


def test_a_graph_at_hand_is_used(untrained):
    graph = build_graph(LABELS, axis=1, system=SYSTEM)
    assert of(LABELS, untrained, graph=graph).axis == 1
    assert of(LABELS, untrained, axis=1).mean_S_per_cm == of(LABELS, untrained, graph=graph).mean_S_per_cm


def test_temperature_raises_the_conductivity(untrained):
    assert of(LABELS, untrained, temperature=373.15).mean_S_per_cm > 2 * of(LABELS, untrained).mean_S_per_cm


def test_knowledge_takes_the_place_of_the_prior(untrained):
    before, after = of(LABELS, untrained), of(LABELS, untrained, knowledge=known(mean=1.0))
    assert after.variance["material"] < 0.01 * before.variance["material"]
    assert after.measurements == 5
    assert before.measurements == 0
    assert after.notes == ()


def test_what_is_too_sure_after_learning_is_stretched_then_and_only_then(untrained):
    stretched = replace(untrained, learned_stretch=1.5)
    learned = of(LABELS, untrained, knowledge=known(1.0)), of(LABELS, stretched, knowledge=known(1.0))
    assert learned[1].sd_log10 == pytest.approx(1.5 * learned[0].sd_log10)
    assert of(LABELS, stretched).sd_log10 == of(LABELS, untrained).sd_log10


def test_knowledge_means_the_same_at_another_temperature(untrained):
    ratio = [
        np.log(of(LABELS, untrained, knowledge=known(mean), temperature=373.15).mean_S_per_cm) for mean in (0.0, 1.0)
    ]
    at_room = [np.log(of(LABELS, untrained, knowledge=known(mean)).mean_S_per_cm) for mean in (0.0, 1.0)]
    assert np.diff(ratio)[0] == pytest.approx(np.diff(at_room)[0], abs=0.3)


def test_knowledge_that_did_not_converge_is_said(untrained):
    found = of(LABELS, untrained, knowledge=known(0.0, r_hat=np.full(7, 1.3)))
    assert any("did not converge" in note and "R-hat 1.300" in note for note in found.notes)


def test_knowledge_of_another_chemistry_is_refused(untrained):
    other = load_system("llzo_nmc", reaction_layer="La2Zr2O7")
    with pytest.raises(InputError, match=r"La2Zr2O7.*Li2ZrO3"):
        of(LABELS, untrained, knowledge=known(0.0, system=other))


def test_sampled_segmentations_that_do_not_conduct_are_counted(untrained):
    """A crack all across that the segmentation is rather sure of."""
    labels = interface()
    p = unsure(labels, 0.0).probabilities.copy()
    p[:, 10:16], p[Phase.LLZO, 10:16], p[Phase.PORE, 10:16] = 0, 0.1, 0.9
    phases = PhaseMap(labels, 4.0, probabilities=p, name="sample")
    found = of(phases, untrained, config=PredictionConfig(segmentations=6, materials=0))
    (note,) = found.notes
    assert "of 6 sampled segmentations do not conduct" in note


def test_progress_runs_from_start_to_end(untrained):
    seen = []
    of(unsure(interface(), 0.2), untrained, progress=lambda _, done: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_a_volume_is_refused(untrained):
    volume = PhaseMap(np.repeat(interface(32)[None], 8, axis=0), 4.0, name="volume")
    with pytest.raises(InputError, match="3D"):
        of(volume, untrained)


def test_what_does_not_conduct_is_refused(untrained):
    labels = interface()
    labels[20:24] = Phase.PORE
    with pytest.raises(InputError, match="sample: a graph without a path"):
        of(PhaseMap(labels, 4.0, name="sample"), untrained)


def test_another_material_system_is_refused_before_anything_is_drawn(untrained):
    with pytest.raises(InputError, match="latp_nmc for a net trained on llzo_nmc"):
        predict_phases(LABELS, system="latp_nmc", model=untrained)
