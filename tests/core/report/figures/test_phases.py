from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from skimage.color import deltaE_ciede2000

from ssbi_core.materials import PHASES, load_system
from ssbi_core.report.figures.phases import phase_legend

LEAST = 10.0  # CIEDE2000: told apart at a glance, not only side by side


def test_the_legend_names_what_is_there_with_its_share(result):
    entries = {entry.label: entry for entry in phase_legend(result)}
    present = [phase for phase in PHASES if (result.phases.labels == phase).any()]
    assert [entry.color for entry in entries.values()] == [result.system.color_of(phase) for phase in present]
    assert all(entry.amount.endswith("%") for entry in entries.values())


@pytest.mark.parametrize("system", ["llzo_nmc", "llzo_lco", "latp_nmc"])
@pytest.mark.parametrize("vision", ["normal", "protanopia", "deuteranopia", "tritanopia"])
def test_phases_are_told_apart_by_everybody(system, vision, seen):
    material = load_system(system)
    lab = seen(np.array([to_rgb(material.color_of(phase)) for phase in PHASES]), vision)
    apart = deltaE_ciede2000(lab[:, None], lab[None]) + 1000 * np.eye(len(PHASES))
    one, other = np.unravel_index(apart.argmin(), apart.shape)
    assert apart.min() >= LEAST, f"{PHASES[one].key} and {PHASES[other].key}: {apart.min():.1f}"
