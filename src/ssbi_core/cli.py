"""The `ssbi` command: arguments in, one call of the pipeline, one line per outcome. No analysis happens here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from ssbi_core import __version__
from ssbi_core.errors import InputError, SsbiError

EXIT_BAD_INPUT = 2
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130


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

    def command(name: str, run: Callable[[argparse.Namespace], int], help_: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_)
        sub.set_defaults(run=run)
        sub.add_argument("--debug", action="store_true", help="show the traceback of an internal error")
        return sub

    demo = command("demo", _demo, "the whole pipeline on the bundled sample study")
    demo.add_argument("-o", "--output", default="ssbi-demo", metavar="OUT", help="output folder (default: %(default)s)")
    _common(demo)

    simulate = command("simulate", _simulate, "a synthetic study with exact ground truth")
    simulate.add_argument("-n", "--number", type=int, required=True, metavar="N", help="number of images")
    simulate.add_argument(
        "--seed", type=int, default=0, metavar="S", help="same seed, same study (default: %(default)s)"
    )
    simulate.add_argument("--size", type=int, default=512, metavar="PX", help="rows and columns (default: %(default)s)")
    simulate.add_argument("--no-images", action="store_true", help="labels and truth only, no micrographs")
    simulate.add_argument("--solve", action="store_true", help="solve every picture too: records to train a predictor")
    simulate.add_argument(
        "--conditions",
        type=int,
        default=1,
        metavar="K",
        help="states of the material per picture (default: %(default)s)",
    )
    simulate.add_argument(
        "--drawn-materials",
        type=int,
        default=0,
        metavar="K",
        help="further states, with the material's uncertain numbers drawn from their spread (default: %(default)s)",
    )
    simulate.add_argument(
        "--workers", type=int, default=1, metavar="W", help="processes that solve (default: %(default)s)"
    )
    _output(simulate)
    _common(simulate)

    analyze = command("analyze", _analyze, "images or folders to phases, graph, conductivity and a report")
    _paths(analyze, "images, folders or globs")
    _output(analyze)
    _common(analyze)
    _image(analyze)
    _labels(analyze)
    _overrides(analyze)

    segment = command("segment", _segment, "images to label images and an uncertainty map")
    _paths(segment, "images, folders or globs")
    _output(segment)
    _common(segment)
    _image(segment)

    conductivity = command("conductivity", _conductivity, "transport only, from label images")
    _paths(conductivity, "label images (codes 0-8), folders or globs", metavar="LABELS")
    _output(conductivity)
    _common(conductivity)
    _overrides(conductivity)
    conductivity.add_argument("--mapping", metavar="FILE", help="TOML or JSON file: label value = phase name")

    predict = command("predict", _predict, "conductivity with its uncertainty from the graph of labels or images")
    _paths(predict, "images, folders or globs")
    _output(predict)
    _common(predict)
    _image(predict)
    _labels(predict)
    _sampling(predict)

    impedance = command("impedance", _impedance, "impedance spectrum and relaxation times, from label images")
    _paths(impedance, "label images (codes 0-8), folders or globs", metavar="LABELS")
    _output(impedance)
    _common(impedance)
    _alternating(impedance)
    impedance.add_argument("--mapping", metavar="FILE", help="TOML or JSON file: label value = phase name")

    train = command("train", _train, "train a net on a study of your own")
    train.add_argument("what", choices=["segmenter", "predictor"], help="which net")
    train.add_argument(
        "study",
        metavar="STUDY",
        help="folder with images/*.ome.tif and labels/*.tif; for a predictor one that `ssbi simulate --solve` solved",
    )
    train.add_argument(
        "-o", "--output", required=True, metavar="MODEL", help="folder for the weights and the model card"
    )
    train.add_argument(
        "--steps",
        type=int,
        default=None,
        metavar="N",
        help="optimizer steps of a segmenter (default: the shipped model's)",
    )
    train.add_argument(
        "--epochs", type=int, default=None, metavar="N", help="of a predictor's fit (default: the shipped model's)"
    )
    train.add_argument("--seed", type=int, default=0, metavar="S", help="random seed (default: %(default)s)")
    train.add_argument("--config", metavar="FILE", help="settings that `ssbi tune` found: its best.json")
    _common(train)

    tune = command("tune", _tune, "search for the settings of a net and its training that err least on a study")
    tune.add_argument("what", choices=["segmenter", "predictor"], help="which net")
    tune.add_argument("study", metavar="STUDY", help="folder as for `ssbi train`")
    _output(tune)
    _search(tune)
    _common(tune)
    return parser


def _paths(parser: argparse.ArgumentParser, help_: str, metavar: str = "PATH") -> None:
    parser.add_argument("paths", nargs="+", metavar=metavar, help=help_)


def _output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="output folder; nothing outside it is written"
    )


def _common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("options of every command")
    group.add_argument("--pixel-size-nm", type=float, metavar="NM", help="pixel size of files without calibration")
    group.add_argument(
        "--system", default="llzo_nmc", metavar="NAME|FILE", help="material system (default: %(default)s)"
    )
    group.add_argument("--reaction-layer", metavar="NAME", help="chemistry of the reaction layer, e.g. Li2ZrO3")
    group.add_argument("--temperature", type=float, default=298.15, metavar="K", help="kelvin (default: %(default)s)")
    group.add_argument(
        "--axis",
        type=int,
        choices=[0, 1, 2],
        help="transport axis: 0 rows, 1 columns, 2 slices (default: across the interface)",
    )
    group.add_argument("--overwrite", action="store_true", help="replace results of an earlier run")


def _image(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--image", metavar="NAME", help="which image of a file that holds several (default: HAADF)")


def _labels(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--labels", action="store_true", help="the files are label images, not micrographs")
    parser.add_argument("--mapping", metavar="FILE", help="with --labels: TOML or JSON file, label value = phase name")


def _overrides(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--conductivity",
        action="append",
        default=[],
        metavar="PHASE=S/cm",
        help="conductivity of that phase's pixels (repeatable)",
    )
    parser.add_argument(
        "--resistance",
        action="append",
        default=[],
        metavar="PHASE=ohm_cm2",
        help="area-specific resistance of a line-like phase (repeatable)",
    )
    parser.add_argument(
        "--rel-gap", type=float, metavar="GAP", help="refine the mesh until the bounds are as close, e.g. 0.01 for 1 %%"
    )
    parser.add_argument(
        "--representative",
        action="store_true",
        help="also solve windows of the image, to say whether the field of view is large enough",
    )
    parser.add_argument(
        "--temperatures",
        metavar="K,K,...",
        help="also solve at these temperatures, and fit an activation energy: 253.15,298.15,353.15",
    )


def _sampling(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FOLDER|FILE", help="trained net (default: the shipped one)")
    parser.add_argument(
        "--measured",
        action="append",
        default=[],
        metavar="NAME=S/cm|FILE",
        help="measured conductivity of an image by its name up to the first dot (repeatable), or a CSV or Parquet file "
        "with columns image, conductivity_S_per_cm and temperature_K: the material is learned from these first",
    )
    for option, help_ in (
        ("--segmentations", "label images drawn from what the segmentation is unsure of; 0 for none (default: 12)"),
        ("--materials", "materials drawn from what the material file leaves open; 0 for none (default: 64)"),
        ("--seed", "of what is drawn (default: 0)"),
    ):
        parser.add_argument(option, type=int, metavar="N", help=help_)


def _search(parser: argparse.ArgumentParser) -> None:
    for option, metavar, help_ in (
        ("--trials", "N", "settings tried in all; more than before continues a search (default: 50)"),
        ("--repeats", "N", "other divisions of the study on which best and default are compared (default: 4)"),
        ("--workers", "W", "processes that learn (default: 1)"),
        ("--seed", "S", "same seed, same search (default: 0)"),
        ("--steps", "N", "of a segmenter's short training, by which settings are judged (default: 400)"),
    ):
        parser.add_argument(option, type=int, metavar=metavar, help=help_)


def _alternating(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frequencies",
        type=float,
        nargs=3,
        metavar=("LOW", "HIGH", "N"),
        help="lowest and highest in Hz, points per decade (default: as far as anything relaxes)",
    )
    for option, unit, help_ in (
        ("--conductivity", "S/cm", "conductivity of that phase's pixels"),
        ("--resistance", "ohm_cm2", "area-specific resistance of a line-like phase"),
        ("--permittivity", "EPS_R", "relative permittivity of that phase's pixels"),
        ("--capacitance", "F/cm2", "capacitance of a phase given by its resistance"),
        ("--exponent", "N", "exponent of its constant-phase element, 1 for a capacitor"),
    ):
        parser.add_argument(option, action="append", default=[], metavar=f"PHASE={unit}", help=f"{help_} (repeatable)")


def _assignments(values: Sequence[str], option: str, unit: str) -> dict[str, float]:
    """Parse repeated PHASE=NUMBER options."""
    parsed: dict[str, float] = {}
    for value in values:
        phase, separator, number = value.partition("=")
        try:
            parsed[phase.strip()] = float(number)
        except ValueError:
            separator = ""
        if not separator:
            raise InputError(f"{option} {value!r}", f"PHASE={unit}", f"write for instance {option} grain_boundary=0.1")
    return parsed


def _kelvins(text: str | None) -> tuple[float, ...] | None:
    """Parse the list of --temperatures."""
    if text is None:
        return None
    try:
        return tuple(float(number) for number in text.split(","))
    except ValueError:
        raise InputError(
            f"--temperatures {text!r}",
            "numbers in K, separated by commas",
            "write for instance --temperatures 253.15,298.15,353.15",
        ) from None


def _config(options: argparse.Namespace, **fixed: Any) -> Any:
    from ssbi_core.pipeline import AnalysisConfig

    return AnalysisConfig.from_options(
        system=options.system,
        reaction_layer=options.reaction_layer,
        temperature=options.temperature,
        axis=options.axis,
        pixel_size_nm=options.pixel_size_nm,
        image=getattr(options, "image", None),
        label_mapping=getattr(options, "mapping", None),
        conductivity=_assignments(getattr(options, "conductivity", []), "--conductivity", "S/cm"),
        resistance=_assignments(getattr(options, "resistance", []), "--resistance", "ohm_cm2"),
        rel_gap=getattr(options, "rel_gap", None),
        representative=getattr(options, "representative", False),
        temperatures=_kelvins(getattr(options, "temperatures", None)),
        **fixed,
    )


def _demo(options: argparse.Namespace) -> int:
    from ssbi_core.pipeline import sample_paths

    options.paths = [str(path) for path in sample_paths()]
    return _run_study(options, _config(options))


def _analyze(options: argparse.Namespace) -> int:
    return _run_study(options, _config(options, labels=options.labels))


def _segment(options: argparse.Namespace) -> int:
    return _run_study(options, _config(options, stages=("segment",)))


def _conductivity(options: argparse.Namespace) -> int:
    return _run_study(options, _config(options, labels=True, stages=("transport",)))


def _predict(options: argparse.Namespace) -> int:
    from ssbi_core.predict.measured_values import read_measured
    from ssbi_core.predict_study import predict_study

    chosen = {name: getattr(options, name) for name in ("segmentations", "materials", "seed")}
    config = _config(
        options,
        labels=options.labels,
        stages=("segment", "graph", "predict"),
        predictor=options.model,
        prediction={name: value for name, value in chosen.items() if value is not None},
    )
    measured = read_measured(options.measured, options.temperature) if options.measured else []
    with _progress() as progress:
        outcome = predict_study(
            options.paths,
            options.output,
            config,
            measured=measured,
            overwrite=options.overwrite,
            progress=progress,
        )
    return _reported(options, outcome)


def _impedance(options: argparse.Namespace) -> int:
    from ssbi_core.impedance_study import impedance_study
    from ssbi_core.transport import ImpedanceConfig

    units = {
        "conductivity": "S/cm",
        "resistance": "ohm_cm2",
        "permittivity": "EPS_R",
        "capacitance": "F/cm2",
        "exponent": "N",
    }
    config = ImpedanceConfig.model_construct().with_given(
        {
            "frequencies": options.frequencies,
            "temperature": options.temperature,
            "axis": options.axis,
            **{key: _assignments(getattr(options, key), f"--{key}", unit) for key, unit in units.items()},
        }
    )
    with _progress() as progress:
        outcome = impedance_study(
            options.paths,
            options.output,
            config,
            system=options.system,
            reaction_layer=options.reaction_layer,
            pixel_size_nm=options.pixel_size_nm,
            mapping=options.mapping,
            overwrite=options.overwrite,
            progress=progress,
        )
    for failure in outcome.failures:
        print(f"ssbi {options.command}: error: {failure}", file=sys.stderr)
    written = outcome.folders[0] if len(outcome.folders) == 1 else options.output
    print(f"{len(outcome.folders)} of {len(outcome.folders) + len(outcome.failures)} images; spectra: {written}")
    return EXIT_BAD_INPUT if outcome.failures else 0


def _run_study(options: argparse.Namespace, config: Any) -> int:
    from ssbi_core.pipeline import analyze_study

    with _progress() as progress:
        outcome = analyze_study(options.paths, options.output, config, overwrite=options.overwrite, progress=progress)
    return _reported(options, outcome)


def _reported(options: argparse.Namespace, outcome: Any) -> int:
    for failure in outcome.failures:
        print(f"ssbi {options.command}: error: {failure}", file=sys.stderr)
    if outcome.report is not None:
        print(f"{outcome.num_images} of {outcome.num_images + len(outcome.failures)} images; report: {outcome.report}")
    return EXIT_BAD_INPUT if outcome.failures else 0


def _simulate(options: argparse.Namespace) -> int:
    from ssbi_core.simulate import simulate_study

    with _progress() as progress:
        truth = simulate_study(
            options.number,
            options.seed,
            options.output,
            shape=(options.size, options.size),
            pixel_size_nm=options.pixel_size_nm,
            system=options.system,
            images=not options.no_images,
            overwrite=options.overwrite,
            progress=progress,
        )
    print(f"{options.number} images; truth: {truth}")
    return _solve_study(options) if options.solve else 0


def _solve_study(options: argparse.Namespace) -> int:
    from ssbi_core.predict.solve_study import solve_study

    if options.conditions < 1 or options.workers < 1 or options.drawn_materials < 0:
        came_in = f"--conditions {options.conditions}, --workers {options.workers}"
        came_in += f", --drawn-materials {options.drawn_materials}"
        raise InputError(came_in, "the first two at least 1, the third not negative", "correct them")
    with _progress() as progress:
        records = solve_study(
            options.output,
            conditions=options.conditions,
            drawn=options.drawn_materials,
            seed=options.seed,
            workers=options.workers,
            progress=progress,
        )
    print(f"records: {records}")
    return 0


def _train(options: argparse.Namespace) -> int:
    return _train_predictor(options) if options.what == "predictor" else _train_segmenter(options)


def _train_predictor(options: argparse.Namespace) -> int:
    from ssbi_core.predict.config import NetworkConfig, TrainingConfig
    from ssbi_core.predict.train_study import train_predictor

    chosen = {} if options.epochs is None else {"epochs": options.epochs}
    network = _tuned(options, "network", NetworkConfig)
    try:
        training = TrainingConfig(**{**_tuned(options, "training", TrainingConfig), "seed": options.seed, **chosen})
    except ValueError as error:
        raise InputError(
            f"--epochs {options.epochs}, --seed {options.seed}", "epochs >= 1, seed >= 0", "correct them"
        ) from error
    with _progress() as progress:
        model = train_predictor(
            options.study, options.output, network=NetworkConfig(**network), training=training, progress=progress
        )
    print(f"model: {model}")
    return 0


def _train_segmenter(options: argparse.Namespace) -> int:
    from ssbi_core.segment import TrainingConfig, train_segmenter

    steps = {} if options.steps is None else {"num_steps": options.steps}
    chosen = {"seed": options.seed, "system": options.system, **steps}
    try:
        config = TrainingConfig.model_validate({**_tuned(options, "training", TrainingConfig), **chosen})
    except ValueError as error:
        raise InputError(
            f"--steps {options.steps}, --seed {options.seed}", "steps >= 1, seed >= 0", "correct them"
        ) from error
    with _progress() as progress:
        model = train_segmenter(options.study, options.output, config, progress=progress)
    print(f"model: {model}")
    return 0


def _tuned(options: argparse.Namespace, name: str, kind: Any) -> dict[str, Any]:
    """Settings of --config, none without it."""
    if options.config is None:
        return {}
    from ssbi_core.optimize.tuning.outcome import read_settings

    return read_settings(options.config, name, kind).model_dump()


def _tune(options: argparse.Namespace) -> int:
    from ssbi_core.optimize.tuning.config import TuningConfig
    from ssbi_core.tuning_study import tune_study

    chosen = {name: getattr(options, name) for name in ("trials", "repeats", "workers", "seed")}
    try:
        config = TuningConfig.model_validate({name: value for name, value in chosen.items() if value is not None})
        subject = _subject(options)
    except ValueError as error:
        given = ", ".join(f"--{name} {value}" for name, value in chosen.items() if value is not None)
        wanted = "trials, workers and steps >= 1, repeats >= 2, seed >= 0"
        raise InputError(given, wanted, "correct them") from error
    with _progress() as progress:
        outcome = tune_study(
            subject, options.study, options.output, config, overwrite=options.overwrite, progress=progress
        )
    best, default = (outcome.repeated[name].mean() for name in ("best", "default"))
    print(
        f"{outcome.finished} trials; error {outcome.best['error']:.4g}, of the default {outcome.default_error:.4g}; "
        f"on other divisions {best:.4g} and {default:.4g} (spread {outcome.spread:.2g}); "
        f"settings: {options.output}/best.json"
    )
    return 0


def _subject(options: argparse.Namespace) -> Any:
    if options.what == "predictor":
        from ssbi_core.optimize.tuning.predictor import PredictorSubject
        from ssbi_core.predict.config import NetworkConfig
        from ssbi_core.predict.config import TrainingConfig as PredictorTraining

        return PredictorSubject(NetworkConfig.model_validate({}), PredictorTraining.model_validate({}))
    from ssbi_core.optimize.tuning.segmenter import SegmenterSubject
    from ssbi_core.segment import TrainingConfig

    steps = {} if options.steps is None else {"steps": options.steps}
    return SegmenterSubject(TrainingConfig(system=options.system), **steps)


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """A progress bar with time left on a terminal, silence elsewhere."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda description, fraction: bar.update(task, description=description, completed=fraction)


if __name__ == "__main__":
    sys.exit(main())
