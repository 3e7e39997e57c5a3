"""The effective conductivity as a JAX function: of pixels and faces, or of what the phases of a picture are made of."""

from ssbi_core.transport.differentiable.conductivity import effective_conductivity
from ssbi_core.transport.differentiable.structure import (
    DifferentiableStructure,
    MaterialParameters,
    differentiable_structure,
)

__all__ = ["DifferentiableStructure", "MaterialParameters", "differentiable_structure", "effective_conductivity"]
