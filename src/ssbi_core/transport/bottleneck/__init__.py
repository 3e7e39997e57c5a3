"""Where a structure holds the current up: its pieces of interface, ranked by what they cost."""

from ssbi_core.transport.bottleneck.bottlenecks import Bottleneck, Bottlenecks, InterfaceCut, find_bottlenecks

__all__ = ["Bottleneck", "Bottlenecks", "InterfaceCut", "find_bottlenecks"]
