"""Learn the material from measured conductivities of samples whose microstructure is known.

A handful of samples cannot retrain a net, and need not: what they disagree on with the prediction is mostly a few
numbers of the material that every one of them shares. So the microstructure's law stays as it is, and these numbers get
the posterior

    p(z | measured)  ~  N(z; 0, 1)  prod_i N(ln measured_i; ln sigma_i(z), sd_i(z)^2 + measurement_sd^2).

Precise measurements make it a narrow, bent valley, and a sampler walks it in many small steps. It takes them on an
emulator of the prediction (Kennedy and O'Hagan, J. R. Stat. Soc. B 63, 425, 2001), with the No-U-Turn Sampler (Hoffman
and Gelman, J. Mach. Learn. Res. 15, 1593, 2014). The prediction itself is asked where the samples fell: they are
weighted by what it says, and while the weights differ much, or the walk lost its path, the emulator learns from them
and the walk begins anew with smaller steps. What the measurements do not tell, such as how a resistance divides between
two layers that always come together, stays as uncertain as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

from ssbi_core.compilation import keep_compiled_programs
from ssbi_core.errors import InputError
from ssbi_core.predict.conductance import MaterialValues
from ssbi_core.predict.emulator import fit_emulator
from ssbi_core.predict.prior import MaterialPrior
from ssbi_core.predict.sampler import draw_samples, measurement_errors

LogConductivity = Callable[[MaterialValues], tuple[jax.Array, jax.Array]]
"""Natural logarithm of the conductivity in S/cm of n samples at a material, and its standard deviation, both (n,)."""

_Prediction = Callable[[np.ndarray], np.ndarray]  # z (s, k) to (s, 2, n): log conductivity, log of the error's sd

_LARGEST_R_HAT = 1.05
_LEAST_SAMPLES = 100  # the mean of a number is then known to a tenth of its standard deviation
_MOST_DIVERGENT = 0.01  # of all samples

_POINTS = 256  # of the emulator: prior draws first, then as many of the samples per round
_ALIKE = 0.8  # efficiency of the weights at which the emulator is good enough
_ACCEPT = (0.9, 0.95, 0.98, 0.99)  # of each round; small steps from the start would make most walks needlessly long
_AT_ONCE = 16  # materials per call of the prediction


@dataclass(frozen=True, eq=False)
class MaterialPosterior:
    """Materials that agree with the measurements, and how far the sampling of them can be trusted.

    Attributes
    ----------
    prior : before the measurements.
    z : (s, k) standardised deviations of equally likely materials; `prior.values` turns each into a material.
    misfit : (n,) how far each measurement lies above the posterior's conductivity, in standard deviations of the two.
    r_hat : (k,) split R-hat of each number, 1 where all chains found the same.
    effective_samples : (k,) independent samples that would tell the mean of each as well.
    divergences : samples at which the integrator left its path.
    efficiency : share of the samples that weighting them by the prediction leaves; 1 where the emulator is it.
    """

    prior: MaterialPrior
    z: np.ndarray
    misfit: np.ndarray
    r_hat: np.ndarray
    effective_samples: np.ndarray
    divergences: int
    efficiency: float

    @property
    def names(self) -> tuple[str, ...]:
        """Of the k numbers, as in the prior."""
        return self.prior.names

    @property
    def mean_decades(self) -> np.ndarray:
        """(k,) mean of log10 of each number over the file's value; 0 before the measurements."""
        return self.z.mean(0) * self.prior.decades

    @property
    def sd_decades(self) -> np.ndarray:
        """(k,) standard deviation of log10 of each number; `prior.decades` before the measurements."""
        return self.z.std(0, ddof=1) * self.prior.decades

    @property
    def converged(self) -> bool:
        """Whether the chains mixed: R-hat, effective samples and divergences are all as they should be."""
        mixed = (self.r_hat <= _LARGEST_R_HAT) & (self.effective_samples >= _LEAST_SAMPLES)
        return bool(mixed.all()) and self.divergences <= _MOST_DIVERGENT * len(self.z)

    def summary(self) -> str:
        """A line per number, before and after, then how the sampling went."""
        rows = zip(self.names, self.prior.decades, self.mean_decades, self.sd_decades, strict=True)
        lines = [
            f"{name}: 0 +- {before:.2f} -> {mean:+.2f} +- {after:.2f} decades" for name, before, mean, after in rows
        ]
        verdict = "converged" if self.converged else "did not converge: sample longer, or hide fewer numbers"
        found = f"R-hat {self.r_hat.max():.3f}, {self.effective_samples.min():.0f} effective samples"
        return "\n".join([*lines, f"{verdict} ({found}, {self.divergences} divergences)"])


def condition_on_measured(
    log_conductivity: LogConductivity,
    measured: np.ndarray,
    prior: MaterialPrior,
    *,
    key: jax.Array,
    measurement_sd: float | np.ndarray = 0.02,
    robust: bool = False,
    num_samples: int = 250,
    num_warmup: int = 300,
) -> MaterialPosterior:
    """Posterior of the material given measured conductivities.

    Parameters
    ----------
    log_conductivity : the prediction for the n samples that were measured, as a JAX function of the material.
    measured : (n,) effective conductivities in S/cm, in the same order.
    prior : of the material.
    key : random key.
    measurement_sd : relative standard deviation of a measurement, one for all or (n,) of each.
    robust : Student-t errors, so that one bad sample does not pull all along.
    num_samples, num_warmup : of each of the 4 chains; a sample is the last of 4 steps.

    Raises
    ------
    InputError
        If a measurement is not a positive number, their count is not that of the samples or of their standard
        deviations, no number of the material is uncertain, or a sample does not conduct.
    """
    log_measured = _log_measured(measured)
    error_sd = _measurement_sd(measurement_sd, len(log_measured))
    _refuse(prior, num_samples, num_warmup)
    keep_compiled_programs()
    predict = _prediction(log_conductivity, prior, error_sd)
    walk_key, point_key, pick_key = jax.random.split(key, 3)
    points = np.asarray(prior.sample(point_key, _POINTS), float)
    values = predict(points)
    _refuse_prediction(values, log_measured)
    for turn, accept in zip(jax.random.split(walk_key, len(_ACCEPT)), _ACCEPT, strict=True):
        emulator = fit_emulator(points, values.reshape(len(values), -1), _POINTS * len(_ACCEPT))
        walk = draw_samples(turn, emulator, jnp.asarray(log_measured), accept, robust, num_samples, num_warmup)
        chains, emulated, diverging = (np.asarray(part, float) for part in walk)
        z = chains.reshape(-1, len(prior))
        predicted = predict(z)
        weights = _weights(predicted, emulated.reshape(predicted.shape), log_measured, robust)
        efficiency = 1 / (weights**2).sum() / len(z)
        if efficiency >= _ALIKE and diverging.sum() <= _MOST_DIVERGENT * len(z):
            break
        chosen = np.linspace(0, len(z) - 1, min(_POINTS, len(z))).astype(int)
        points, values = np.concatenate([points, z[chosen]]), np.concatenate([values, predicted[chosen]])
    kept = _resample(weights, float(jax.random.uniform(pick_key)))
    return MaterialPosterior(
        prior,
        z[kept],
        _misfit(predicted[kept], log_measured),
        np.atleast_1d(split_gelman_rubin(chains)),
        np.atleast_1d(effective_sample_size(chains)) * efficiency,
        int(diverging.sum()),
        float(efficiency),
    )


def _prediction(log_conductivity: LogConductivity, prior: MaterialPrior, error_sd: np.ndarray) -> _Prediction:
    @jax.jit
    @jax.vmap
    def few(z: jax.Array) -> jax.Array:
        log_sigma, log_sd = log_conductivity(prior.values(z))
        return jnp.stack([log_sigma, 0.5 * jnp.log(log_sd**2 + error_sd**2)])

    def predict(z: np.ndarray) -> np.ndarray:
        padded = np.pad(z, [(0, -len(z) % _AT_ONCE), (0, 0)])
        parts = [np.asarray(few(part), float) for part in np.split(padded, len(padded) // _AT_ONCE)]
        return np.concatenate(parts)[: len(z)]

    return predict


def _weights(predicted: np.ndarray, emulated: np.ndarray, log_measured: np.ndarray, robust: bool) -> np.ndarray:
    """Likelihood by the prediction over that by the emulator, of each sample; sums to 1."""
    exact, walked = (
        np.asarray(measurement_errors(jnp.asarray(values), robust).log_prob(log_measured), float).sum(-1)
        for values in (predicted, emulated)
    )
    ratio = np.exp(exact - walked - (exact - walked).max())
    return ratio / ratio.sum()


def _resample(weights: np.ndarray, start: float) -> np.ndarray:
    """Systematic resampling: as many samples again, each as often as its weight says but for less than one."""
    places = (np.arange(len(weights)) + start) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)


def _misfit(predicted: np.ndarray, log_measured: np.ndarray) -> np.ndarray:
    log_sigma, sd = predicted[:, 0], np.exp(predicted[:, 1])
    return (log_measured - log_sigma.mean(0)) / np.sqrt((sd**2).mean(0) + log_sigma.var(0))


def _log_measured(measured: np.ndarray) -> np.ndarray:
    values = np.asarray(measured, float)
    wanted = "conductivities in S/cm, all positive, one per sample"
    if values.ndim != 1 or not values.size:
        raise InputError(f"measured of shape {values.shape}", wanted, "give a list with one number per sample")
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if bad.size:
        came_in = ", ".join(f"measured[{at}] = {values[at]:g}" for at in bad)
        raise InputError(came_in, wanted, "leave out samples that were not measured or do not conduct")
    return np.log(values)


def _measurement_sd(given: float | np.ndarray, number: int) -> np.ndarray:
    sd = np.atleast_1d(np.asarray(given, float))
    if sd.shape not in ((1,), (number,)) or not ((sd > 0) & (sd < 1)).all():
        wanted = f"relative standard deviations between 0 and 1, one for all or {number}"
        raise InputError(f"measurement_sd {given}", wanted, "give 0.02 for 2 %")
    return sd


def _refuse(prior: MaterialPrior, num_samples: int, num_warmup: int) -> None:
    if not len(prior):
        wanted = "at least one uncertain number of the material"
        raise InputError("a prior without names", wanted, "give a quantity of the material file `decades`")
    if num_samples < 4 or num_warmup < 1:
        wanted = "at least 4 samples and 1 step of warm-up per chain"
        raise InputError(
            f"num_samples {num_samples}, num_warmup {num_warmup}", wanted, "leave out both for the default"
        )


def _refuse_prediction(values: np.ndarray, log_measured: np.ndarray) -> None:
    predicted = values.shape[-1]
    if predicted != len(log_measured):
        wanted = f"one for each of the {predicted} samples that are predicted"
        raise InputError(f"{len(log_measured)} measured conductivities", wanted, "give them in the samples' order")
    bad = np.flatnonzero(~np.isfinite(values).all((0, 1)))
    if bad.size:
        came_in = f"no conductivity predicted for sample {', '.join(map(str, bad))}"
        raise InputError(
            came_in, "samples that conduct", "check their labels and the transport axis, or leave them out"
        )
