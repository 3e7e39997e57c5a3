"""Large currents through the contact: Butler-Volmer kinetics solved by Newton's method."""

from ssbi_core.transport.contact_kinetics.butler_volmer import PolarisationCurve, polarisation_curve

__all__ = ["PolarisationCurve", "polarisation_curve"]
