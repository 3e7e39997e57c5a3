"""The `ssbi` command: arguments in, one call of the library, one line per outcome. No analysis happens here.

A file holds the commands that take alike arguments; nothing of the library is imported before a command runs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from ssbi_core import __version__
from ssbi_core.cli import analysis, anomalies, impedance, optimize, simulate, train, tune
from ssbi_core.cli.options import EXIT_BAD_INPUT
from ssbi_core.errors import SsbiError

EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130

_COMMANDS = (analysis, anomalies, impedance, optimize, simulate, train, tune)


class _Parser(argparse.ArgumentParser):
    """Reports a wrong call in one line, not in a page of usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_BAD_INPUT, f"{self.prog}: error: {message}; run '{self.prog} --help' for the options\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (0 success, 2 bad input, 70 internal error, 130 interrupted)."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except SsbiError as error:
        return _fail(options, f"error: {error}", EXIT_BAD_INPUT)
    except KeyboardInterrupt:
        return _fail(options, "interrupted; what is finished is kept, nothing half-written is left", EXIT_INTERRUPTED)
    except MemoryError:
        return _fail(
            options, "error: out of memory; needed: more memory or a smaller image; to do: crop or downsample it", 1
        )
    except Exception as error:
        if options.debug:
            raise
        return _fail(
            options,
            f"internal error: {type(error).__name__}: {error}; this is a bug: run again with --debug and report it",
            EXIT_INTERNAL,
        )


def _fail(options: argparse.Namespace, message: str, code: int) -> int:
    print(f"ssbi {options.command}: {' '.join(message.split())}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="ssbi", description="From STEM/EDS images of battery interfaces to ionic conductivity.")
    parser.add_argument("--version", action="version", version=f"ssbi {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for each in _COMMANDS:
        each.add(commands)
    return parser
