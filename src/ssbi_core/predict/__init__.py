"""Conductivity from the microstructure graph."""

from ssbi_core.predict.conductance import MaterialValues, material_values, network_conductivity
from ssbi_core.predict.kirchhoff import log_conductance, power_shares

__all__ = ["MaterialValues", "log_conductance", "material_values", "network_conductivity", "power_shares"]
