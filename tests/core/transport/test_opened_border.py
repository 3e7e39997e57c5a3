"""What a phase costs where taking it away lets LLZO and NMC meet: their contact resists as it does elsewhere."""

import numpy as np
import pytest

from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.transport import TransportConfig, solve_conduction
from ssbi_core.transport.conductivity_field import FieldGeometry, nearest_solid

CONTACT, LAYER = 9.0, 50.0
CONDUCTIVITY = {"llzo": 1e-3, "nmc": 1e-4}
CONFIG = TransportConfig(bounds=False, bottlenecks=False)
PIXEL_CM = 5e-7


def solved(labels: np.ndarray, **resistance: float):
    given = {"contact": CONTACT, "reaction_layer": LAYER, **resistance}
    return solve_conduction(
        PhaseMap(labels, PIXEL_CM * 1e7), axis=0, conductivity=CONDUCTIVITY, resistance=given, config=CONFIG
    )


def between(phase: int, rows: int = 2) -> np.ndarray:
    """LLZO over NMC, `rows` of a phase between them."""
    labels = np.ones((40, 24), np.uint8)
    labels[20 - rows // 2 : 20 + rows // 2], labels[20 + rows // 2 :] = phase, 3
    return labels


def test_without_a_layer_all_over_the_interface_its_contact_is_left():
    got = solved(between(5, rows=4))
    bulk = 20 * PIXEL_CM / 1e-3 + 20 * PIXEL_CM / 1e-4
    present = LAYER + 18 * PIXEL_CM / 1e-3 + 18 * PIXEL_CM / 1e-4
    assert got.knockout_gain["reaction_layer"] == pytest.approx(present / bulk - 1, rel=1e-6)
    assert got.knockout_gain_with_contact["reaction_layer"] == pytest.approx(present / (bulk + CONTACT) - 1, rel=1e-6)


@pytest.mark.parametrize("phase", [Phase.REACTION_LAYER, Phase.PORE, Phase.COATING])
def test_without_a_patch_the_picture_is_the_one_with_the_contact_drawn_through(phase):
    whole = between(4)
    broken = whole.copy()
    broken[19:21, 6:15] = phase
    got, drawn = solved(broken), solved(whole)
    expected = drawn.effective_conductivity.estimate / got.effective_conductivity.estimate - 1
    assert got.knockout_gain_with_contact[phase.key] == pytest.approx(expected, rel=1e-5)
    assert got.knockout_gain[phase.key] > 2 * expected


def test_a_slanted_border_resists_as_its_length_says():
    rows, columns = np.mgrid[:96, :96]
    height = rows - 0.6 * columns
    labels = np.where(height < 20, 1, 3).astype(np.uint8)
    drawn, covered = labels.copy(), labels.copy()
    line = np.abs(height - 20) < 2
    drawn[line], covered[line] = 4, 5
    got = solved(covered)
    without = got.effective_conductivity.estimate * (1 + got.knockout_gain_with_contact["reaction_layer"])
    assert without == pytest.approx(solved(drawn).effective_conductivity.estimate, rel=0.01)


def test_a_phase_inside_a_solid_opens_nothing():
    labels = between(4)
    labels[5:9, 5:9], labels[14, 3:20] = 6, 2
    got = solved(labels)
    assert got.knockout_gain_with_contact["pore"] == got.knockout_gain["pore"] > 0
    assert got.knockout_gain_with_contact["grain_boundary"] == got.knockout_gain["grain_boundary"]
    assert got.knockout_gain_with_contact.keys() == got.knockout_gain.keys()


def test_an_ideal_contact_makes_both_answers_one():
    got = solved(between(5), contact=0.0)
    assert got.knockout_gain_with_contact == pytest.approx(got.knockout_gain, rel=1e-3)


def test_a_phase_that_blocks_everything_gains_without_bound():
    labels = between(6)
    got = solved(labels)
    assert got.knockout_gain_with_contact["pore"] == np.inf


def test_a_coating_that_conducts_better_than_the_bare_contact_pays():
    labels = between(4)
    labels[19:21, :12] = 8
    assert solved(labels, coating=0.5).knockout_gain_with_contact["coating"] < -0.3


def test_a_volume_is_treated_like_a_picture():
    flat = between(4)[8:32, :12]
    broken = flat.copy()
    broken[11:13, 3:8] = 5
    volume = [np.repeat(labels[:, None], 6, axis=1) for labels in (broken, flat)]
    got, drawn = (
        solve_conduction(
            PhaseMap(labels, 5.0), axis=2, conductivity=CONDUCTIVITY, resistance={"contact": CONTACT}, config=CONFIG
        )
        for labels in volume
    )
    expected = drawn.effective_conductivity.estimate / got.effective_conductivity.estimate - 1
    assert got.knockout_gain_with_contact["reaction_layer"] == pytest.approx(expected, rel=1e-3)


def test_faces_there_are_already_are_not_drawn_twice():
    labels = between(4)
    labels[19:21, 6:15] = 5
    geometry = FieldGeometry.of(labels, [Phase.CONTACT])
    other = geometry.without([Phase.REACTION_LAYER], nearest_solid(labels))
    pairs = list(zip(other.faces.first.tolist(), other.faces.second.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert set(other.body.ravel().tolist()) == {Phase.LLZO, Phase.NMC}
