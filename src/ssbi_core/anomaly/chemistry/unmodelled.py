"""Patches whose chemistry is that of no phase near them: a phase the model lacks, or a layer the labels overlook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ssbi_core.anomaly.chemistry.blocks import Blocks, on_blocks
from ssbi_core.anomaly.chemistry.composition import (
    Calibration,
    Candidate,
    calibrate,
    chemistries,
    elements_present,
    rank_candidates,
)
from ssbi_core.anomaly.chemistry.signatures import Signatures, find_signatures
from ssbi_core.anomaly.places.peaks import patches
from ssbi_core.anomaly.places.place import Box, Place, commonest_phase, place_at
from ssbi_core.io.micrograph import Micrograph
from ssbi_core.materials import LAYERS, MaterialSystem

_LIMIT = 6.0  # times the median misfit
_FEWEST = 3  # blocks
_HALO = 0.15  # of a patch's largest misfit; less is its halo
_MOST = 8  # patches of one image
_CORE = 0.5  # of a patch's largest misfit: blocks that are its purest
_AROUND = 4  # blocks in which a phase is around
_FEWEST_PIXELS = 200  # of a layer whose counts say what it is
_FIT = 0.5  # probability from which a candidate is named


@dataclass(frozen=True)
class UnmodelledPhase:
    """A patch that fits no phase of the material system at its place.

    Attributes
    ----------
    bbox_px : box around it.
    labelled : key of the phase that the labels hold there.
    misfit : times that of the median of the image.
    elements : that the phases around do not explain, the most abundant first; lithium is never seen.
    atomic_percent : of these elements, estimated from the counts.
    candidates : chemistries of the material file, the likeliest first.
    """

    bbox_px: Box
    labelled: str
    misfit: float
    elements: tuple[str, ...]
    atomic_percent: dict[str, float]
    candidates: tuple[Candidate, ...]

    def words(self) -> str:
        """In words."""
        phase = self.labelled.replace("_", " ")
        if not self.elements:
            return f"labelled {phase}, {self.misfit:.0f} times the usual misfit: elements are missing"
        parts = ", ".join(f"{e} {self.atomic_percent[e]:.0f} %" for e in self.elements)
        best = self.candidates[0] if self.candidates else None
        name = f", most like {best.name}" if best is not None and best.fits and best.probability >= _FIT else ""
        return f"labelled {phase} but holds {parts} beyond the phases around{name}"


@dataclass(frozen=True, eq=False)
class ChemistryFit:
    """How the element maps of an image fit its phases.

    Attributes
    ----------
    misfit : (rows, columns) of the image, 1 in the median.
    places, unmodelled : patches that fit no phase near them.
    layers : key of a labelled layer -> chemistries of the material file, the one most like its counts first.
    """

    misfit: np.ndarray
    places: tuple[Place, ...]
    unmodelled: tuple[UnmodelledPhase, ...]
    layers: Mapping[str, tuple[Candidate, ...]]


def fit_chemistry(micrograph: Micrograph | None, labels: np.ndarray, system: MaterialSystem) -> ChemistryFit | None:
    """Search an image, (rows, columns) codes, for patches that fit no phase; None without enough element maps."""
    if micrograph is None or labels.ndim != 2:
        return None
    blocks = on_blocks(labels, micrograph.elements, micrograph.pixel_size_nm)
    if blocks is None:
        return None
    signatures = find_signatures(blocks)
    calibration = calibrate(blocks, signatures, system)
    places, found = [], []
    excess = np.maximum(np.log(np.maximum(signatures.misfit, 1e-9) / _LIMIT), 0.0)
    for number, (total, where) in enumerate(patches(excess, _FEWEST)):
        if number == _MOST:
            break
        # Blur makes a halo around what is strange by far.
        where = where & (signatures.misfit >= _HALO * signatures.misfit[where].max())
        pixels = blocks.on_pixels(where)
        phase = commonest_phase(labels, pixels)
        patch = _described(blocks, signatures, calibration, where, pixels, phase, system)
        found.append(patch)
        strength = float(np.log10(total))
        places.append(place_at("chemistry", phase, pixels, {"strength": strength}, {"strength": patch.words()}))
    layers = {} if calibration is None else _layers(blocks, signatures, calibration, system)
    return ChemistryFit(blocks.on_pixels(signatures.misfit), tuple(places), tuple(found), layers)


def _layers(
    blocks: Blocks, signatures: Signatures, calibration: Calibration, system: MaterialSystem
) -> dict[str, tuple[Candidate, ...]]:
    """Chemistries of the layers as they are labelled."""
    found = {}
    for phase in sorted(LAYERS & set(blocks.phases)):
        own = blocks.phases.index(phase)
        pixels = float(blocks.pure[..., own].sum()) * blocks.pixels**2
        if pixels >= _FEWEST_PIXELS:
            measured, none = signatures.counts[own], np.zeros((0, len(blocks.elements)))
            found[phase.key] = rank_candidates(
                measured, pixels, signatures.noise, none, calibration, chemistries(system)
            )
    return found


def _described(
    blocks: Blocks,
    signatures: Signatures,
    calibration: Calibration | None,
    where: np.ndarray,
    pixels: np.ndarray,
    phase: str,
    system: MaterialSystem,
) -> UnmodelledPhase:
    rows, columns = np.nonzero(pixels)
    box = (int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)
    top = float(signatures.misfit[where].max())
    if calibration is None:
        return UnmodelledPhase(box, phase, top, (), {}, ())
    core = where & (signatures.misfit >= _CORE * top)
    measured = blocks.counts[core].mean(0)
    seen = float(core.sum() * blocks.pixels**2) + float(blocks.effective.max())
    around = np.asarray(ndimage.binary_dilation(where, iterations=_AROUND), bool)
    near = blocks.shares[around].mean(0) > 0.05
    hosts = signatures.counts[near]
    elements, atoms = elements_present(measured, seen, signatures.noise, hosts, calibration)
    amount = {e: float(atoms[calibration.elements.index(e)]) for e in elements}
    total = sum(amount.values())
    percent = {e: 100 * value / total for e, value in amount.items()}
    ranked = rank_candidates(measured, seen, signatures.noise, hosts, calibration, chemistries(system))
    return UnmodelledPhase(box, phase, top, elements, percent, ranked)
