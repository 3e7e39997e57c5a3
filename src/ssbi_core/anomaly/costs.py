"""Which phase costs most, and what a model that leaves the reaction layer out would have said.

Knock-out and sensitivity answer different questions. A blocking layer with holes carries hardly any current: it
dissipates little, a small change of its conductivity does nothing, and yet taking it away opens the whole interface.
Phases are therefore ranked by what would be gained without them. The sensitivity d ln sigma_eff / d ln sigma of
a phase is its share of the dissipated power, the resistance share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ssbi_core.transport.solution import ConductionSolution

_LAYER = "reaction_layer"


@dataclass(frozen=True)
class PhaseCost:
    """What one phase costs.

    Attributes
    ----------
    phase : key.
    knockout_gain : relative rise of sigma_eff with the phase replaced by the solid it displaced, and a contact where
        electrolyte and cathode then meet; infinite where nothing conducts with the phase.
    resistance_share : of the dissipated power, which is the sensitivity to the phase's conductivity.
    """

    phase: str
    knockout_gain: float
    resistance_share: float


@dataclass(frozen=True)
class LayerComparison:
    """A model that has the reaction layer against one that ignores it.

    Attributes
    ----------
    with_layer, without_layer : sigma_eff in S/cm; without, the layer is the solid that it displaced, with a contact
        where electrolyte and cathode then meet.
    overestimate : by which factor ignoring the layer makes the conductivity too large.
    measured : S/cm, where it was measured.
    """

    with_layer: float
    without_layer: float
    overestimate: float
    measured: float | None = None

    @property
    def errors_decades(self) -> tuple[float, float] | None:
        """|log10| of the conductivity over the measured one, with the layer and without; None if not measured."""
        if self.measured is None or self.with_layer <= 0:
            return None
        with_layer, without = self.with_layer / self.measured, self.without_layer / self.measured
        return abs(math.log10(with_layer)), abs(math.log10(without))


def phase_costs(transport: ConductionSolution) -> tuple[PhaseCost, ...]:
    """Phases by their knock-out gain, the costliest first; the bodies that nothing displaced are not among them."""
    costs = [
        PhaseCost(phase, float(gain), float(transport.resistance_share.get(phase, 0.0)))
        for phase, gain in transport.knockout_gain_with_contact.items()
    ]
    return tuple(sorted(costs, key=lambda cost: (-cost.knockout_gain, -cost.resistance_share)))


def costliest_body(costs: tuple[PhaseCost, ...]) -> PhaseCost | None:
    """The costliest phase that could be taken away, which a charge-transfer resistance cannot; None without any."""
    return next((cost for cost in costs if cost.phase != "contact"), None)


def compare_without_layer(transport: ConductionSolution, measured: float | None = None) -> LayerComparison | None:
    """What ignoring the reaction layer would have said of a solved image; None if it has none or nothing conducts."""
    gain = transport.knockout_gain_with_contact.get(_LAYER)
    sigma = transport.effective_conductivity.estimate
    if gain is None or sigma <= 0 or not math.isfinite(gain):
        return None
    return LayerComparison(sigma, sigma * (1 + gain), 1 + gain, measured)
