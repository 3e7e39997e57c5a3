"""What became of images that could not be worked on: a line each, and the exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ssbi_core.cli.options import EXIT_BAD_INPUT


def report_failures(options: argparse.Namespace, failures: Sequence[object]) -> int:
    """Print them; returns the exit code of a run that had these."""
    for failure in failures:
        print(f"ssbi {options.command}: error: {failure}", file=sys.stderr)
    return EXIT_BAD_INPUT if failures else 0
