"""Random but real chemistries of a material system: dopants, cathode compositions, reaction layers, coatings."""

from __future__ import annotations

from typing import Any

import numpy as np

from ssbi_core.materials import MaterialSystem, PhaseProperties, load_system

_Table = dict[str, tuple[dict[str, float], float]]
_GARNETS: _Table = {  # charge-balanced formula units and X-ray densities in g/cm3, rounded
    "Ta-LLZO": ({"Li": 6.4, "La": 3, "Zr": 1.4, "Ta": 0.6, "O": 12}, 5.5),
    "Nb-LLZO": ({"Li": 6.5, "La": 3, "Zr": 1.5, "Nb": 0.5, "O": 12}, 5.2),
    "Al-LLZO": ({"Li": 6.25, "Al": 0.25, "La": 3, "Zr": 2, "O": 12}, 5.1),
    "LLZO": ({"Li": 7, "La": 3, "Zr": 2, "O": 12}, 5.1),
}
_CATHODES: _Table = {
    "NMC111": ({"Li": 1, "Ni": 0.334, "Mn": 0.333, "Co": 0.333, "O": 2}, 4.77),
    "NMC532": ({"Li": 1, "Ni": 0.5, "Mn": 0.3, "Co": 0.2, "O": 2}, 4.77),
    "NMC622": ({"Li": 1, "Ni": 0.6, "Mn": 0.2, "Co": 0.2, "O": 2}, 4.77),
    "NMC811": ({"Li": 1, "Ni": 0.8, "Mn": 0.1, "Co": 0.1, "O": 2}, 4.78),
    "LCO": ({"Li": 1, "Co": 1, "O": 2}, 5.05),
}
_COATINGS: _Table = {
    "LiNbO3": ({"Li": 1, "Nb": 1, "O": 3}, 4.64),
    "Li3BO3": ({"Li": 3, "B": 1, "O": 3}, 2.16),
    "LiAlO2": ({"Li": 1, "Al": 1, "O": 2}, 2.62),
    "LiTaO3": ({"Li": 1, "Ta": 1, "O": 3}, 7.45),
    "Li2ZrO3": ({"Li": 2, "Zr": 1, "O": 3}, 4.15),
}


def random_system(rng: np.random.Generator) -> MaterialSystem:
    """Return an LLZO | layered-oxide system with random dopant, cathode, reaction layer and coating.

    Only what images show is varied (composition and density); transport properties stay those of the file.
    """
    base = load_system("llzo_nmc")
    phases: dict[Any, PhaseProperties] = dict(base.phases)
    choices: tuple[tuple[str, _Table, tuple[float, ...]], ...] = (
        ("llzo", _GARNETS, (0.45, 0.15, 0.25, 0.15)),
        ("nmc", _CATHODES, (0.15, 0.15, 0.35, 0.2, 0.15)),
        ("coating", _COATINGS, (0.5, 0.15, 0.15, 0.1, 0.1)),
    )
    for key, table, weights in choices:
        name = str(rng.choice(list(table), p=weights))
        phases[key] = _replaced(phases[key], name, *table[name])
    layer = str(rng.choice(list(base.reaction_layers), p=_layer_weights(base)))
    return base.model_copy(update={"phases": phases, "reaction_layer": layer})


def _layer_weights(system: MaterialSystem) -> np.ndarray:
    weights = np.array([0.45 if name == system.reaction_layer else 0.15 for name in system.reaction_layers])
    return weights / weights.sum()


def _replaced(phase: PhaseProperties, title: str, composition: dict[str, float], density: float) -> PhaseProperties:
    """The phase with another composition and a density that varies a little, as specimens do."""
    assert phase.density is not None
    quantity = phase.density.model_copy(update={"value": density})
    return phase.model_copy(update={"title": title, "composition": composition, "density": quantity})
