"""Walk a posterior whose prediction an emulator gives: to a mode by least squares, then with the No-U-Turn Sampler.

Precise measurements leave a narrow, bent valley away from most of the prior. Each chain takes its own way down to a
mode (Levenberg and Marquardt), and starts beside it with the curvature there as metric; a sampler on its own would
spend its warm-up on the way, or not arrive. Chains that end in different modes are told by R-hat.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpyro.distributions as dist
from numpyro.infer import NUTS

from ssbi_core.predict.emulator import Emulator, emulate
from ssbi_core.predict.tails import DEGREES, UNIT_SCALE

_CHAINS = 4
_THIN = 4  # neighbours in a chain tell little more than one of them
_DEEPEST = 8  # at most 2^8 steps per sample, while the step size is still being found
_WAY_DOWN = 40  # damped least-squares steps


def measurement_errors(values: jax.Array, robust: bool) -> dist.Distribution:
    """Distribution of the logarithms measured.

    Parameters
    ----------
    values : (..., 2, n) log conductivity, and log of the errors' standard deviation.
    robust : Student-t with as many degrees of freedom as the net's errors have, and that standard deviation, instead
        of normal.
    """
    log_sigma, sd = values[..., 0, :], jnp.exp(values[..., 1, :])
    if robust:
        return dist.StudentT(DEGREES, log_sigma, sd * UNIT_SCALE)
    return dist.Normal(log_sigma, sd)


@partial(jax.jit, static_argnames=("robust", "num_samples", "num_warmup"))
def draw_samples(
    key: jax.Array,
    emulator: Emulator,
    log_measured: jax.Array,
    accept: float,
    robust: bool,
    num_samples: int,
    num_warmup: int,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Samples of the posterior under a standard-normal prior.

    NumPyro's kernel without its driver, which compiles anew in every call and takes longer for that than for the walk.

    Parameters
    ----------
    key : random key.
    emulator : of `measurement_errors`' values, raveled.
    log_measured : (n,)
    accept : probability of acceptance that the step size is made for; nearer 1 for smaller steps.
    robust : as in `measurement_errors`.
    num_samples, num_warmup : of each chain; a sample is the last of 4 steps.

    Returns
    -------
    z : (chains, num_samples, k).
    values : (chains, num_samples, 2 n) emulated there.
    diverging : (chains, num_samples) bool.
    """
    number = emulator.points.shape[1]

    def potential(z: jax.Array) -> jax.Array:
        errors = measurement_errors(emulate(emulator, z).reshape(2, -1), robust)
        return 0.5 * jnp.sum(z**2) - jnp.sum(errors.log_prob(log_measured))

    def residuals(z: jax.Array) -> jax.Array:
        log_sigma, log_sd = emulate(emulator, z).reshape(2, -1)
        return jnp.concatenate([z, (log_measured - log_sigma) * jnp.exp(-log_sd)])

    def chain(key: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        start_key, jitter_key, run_key = jax.random.split(key, 3)
        mode, covariance = _mode(residuals, jax.random.normal(start_key, (number,)))
        start = jax.random.multivariate_normal(jitter_key, mode, covariance)
        kernel = NUTS(
            potential_fn=potential,
            inverse_mass_matrix=covariance,
            dense_mass=True,
            target_accept_prob=accept,
            max_tree_depth=_DEEPEST,
        )
        state = kernel.init(run_key, num_warmup, start, (), {})

        def step(state, _):
            state = kernel.sample(state, (), {})
            return state, (state.z, state.diverging)

        z, diverging = jax.lax.scan(step, state, length=num_warmup + _THIN * num_samples)[1]
        z = z[num_warmup:][_THIN - 1 :: _THIN]
        diverging = diverging[num_warmup:].reshape(num_samples, _THIN).any(1)
        return z, jax.vmap(partial(emulate, emulator))(z), diverging

    return jax.vmap(chain)(jax.random.split(key, _CHAINS))


def _mode(residuals: Callable[[jax.Array], jax.Array], start: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Least squares downhill of a start, and the covariance of its normal approximation."""
    slope = jax.jacfwd(residuals)

    def step(carry, _):
        z, damping = carry
        value, rows = residuals(z), slope(z)
        normal = rows.T @ rows
        trial = z - jnp.linalg.solve(normal + damping * jnp.diag(jnp.diag(normal)), rows.T @ value)
        better = jnp.sum(residuals(trial) ** 2) < jnp.sum(value**2)
        return (jnp.where(better, trial, z), damping * jnp.where(better, 0.2, 5.0)), None

    (mode, _), _ = jax.lax.scan(step, (start, jnp.float32(1.0)), length=_WAY_DOWN)
    rows = slope(mode)
    return mode, jnp.linalg.inv(rows.T @ rows)
