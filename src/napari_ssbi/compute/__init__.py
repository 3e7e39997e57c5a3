"""Computations in a process of their own, so that no step can block, slow or crash the window.

A thread would share the interpreter lock with the window, and cannot be ended while it is inside a factorisation.
A process leaves the window all of its interpreter, is ended at once when the user cancels, keeps JAX out of napari
until something is computed, and takes nothing with it when it runs out of memory. What crosses is JSON and plain
arrays (`wire`), never pickled objects.
"""
