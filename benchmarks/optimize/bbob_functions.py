"""The 24 noiseless BBOB functions in JAX, as functions of an instance and a point: to be compiled into a search.

Source: Hansen, Finck, Ros and Auger, Real-parameter black-box optimization benchmarking 2009: noiseless functions
definitions, INRIA RR-6829, whose names of transformations are kept. The search domain is [-5, 5] in every coordinate.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from benchmarks.optimize.bbob_instances import Instance

Array = jax.Array
Function = Callable[[Instance, Array], Array]


def sphere(p: Instance, x: Array) -> Array:
    return jnp.sum((x - p.x_opt) ** 2)


def ellipsoid(p: Instance, x: Array) -> Array:
    return jnp.sum(_powers(x, 1e6) * _t_osz(x - p.x_opt) ** 2)


def rastrigin(p: Instance, x: Array) -> Array:
    return _rastrigin(_powers(x, 10**0.5) * _t_asy(_t_osz(x - p.x_opt), 0.2))


def bueche_rastrigin(p: Instance, x: Array) -> Array:
    z = _t_osz(x - p.x_opt)
    odd = jnp.arange(x.size) % 2 == 0
    z = jnp.where((z > 0) & odd, 10.0, 1.0) * _powers(x, 10**0.5) * z
    return _rastrigin(z) + 100 * _penalty(x)


def linear_slope(p: Instance, x: Array) -> Array:
    slope = jnp.sign(p.x_opt) * _powers(x, 10.0)
    z = jnp.where(x * p.x_opt < 25, x, p.x_opt)
    return jnp.sum(5 * jnp.abs(slope) - slope * z)


def attractive_sector(p: Instance, x: Array) -> Array:
    z = p.q @ (_powers(x, 10**0.5) * (p.r @ (x - p.x_opt)))
    return _t_osz(jnp.sum((jnp.where(z * p.x_opt > 0, 100.0, 1.0) * z) ** 2)) ** 0.9


def step_ellipsoid(p: Instance, x: Array) -> Array:
    smooth = _powers(x, 10**0.5) * (p.r @ (x - p.x_opt))
    stepped = jnp.where(jnp.abs(smooth) > 0.5, jnp.floor(0.5 + smooth), jnp.floor(0.5 + 10 * smooth) / 10)
    bowl = jnp.sum(_powers(x, 100.0) * (p.q @ stepped) ** 2)
    return 0.1 * jnp.maximum(jnp.abs(smooth[0]) / 1e4, bowl) + _penalty(x)


def rosenbrock(p: Instance, x: Array) -> Array:
    return _rosenbrock(_widening(x) * (x - p.x_opt) + 1)


def rotated_rosenbrock(p: Instance, x: Array) -> Array:
    return _rosenbrock(_widening(x) * (p.r @ x) + 0.5)


def rotated_ellipsoid(p: Instance, x: Array) -> Array:
    return jnp.sum(_powers(x, 1e6) * _t_osz(p.r @ (x - p.x_opt)) ** 2)


def discus(p: Instance, x: Array) -> Array:
    z = _t_osz(p.r @ (x - p.x_opt)) ** 2
    return 1e6 * z[0] + jnp.sum(z[1:])


def bent_cigar(p: Instance, x: Array) -> Array:
    z = (p.r @ _t_asy(p.r @ (x - p.x_opt), 0.5)) ** 2
    return z[0] + 1e6 * jnp.sum(z[1:])


def sharp_ridge(p: Instance, x: Array) -> Array:
    z = (p.q @ (_powers(x, 10**0.5) * (p.r @ (x - p.x_opt)))) ** 2
    return z[0] + 100 * jnp.sqrt(jnp.sum(z[1:]))


def different_powers(p: Instance, x: Array) -> Array:
    return jnp.sqrt(jnp.sum(jnp.abs(p.r @ (x - p.x_opt)) ** (2 + 4 * _ramp(x))))


def rotated_rastrigin(p: Instance, x: Array) -> Array:
    z = _t_asy(_t_osz(p.r @ (x - p.x_opt)), 0.2)
    return _rastrigin(p.r @ (_powers(x, 10**0.5) * (p.q @ z)))


def weierstrass(p: Instance, x: Array) -> Array:
    z = p.r @ (_powers(x, 0.1) * (p.q @ _t_osz(p.r @ (x - p.x_opt))))
    k = jnp.arange(12)
    waves = jnp.sum(0.5**k * jnp.cos(2 * jnp.pi * 3.0**k * (z[:, None] + 0.5)))
    least = jnp.sum(0.5**k * jnp.cos(jnp.pi * 3.0**k))
    return 10 * (waves / x.size - least) ** 3 + 10 / x.size * _penalty(x)


def schaffers(p: Instance, x: Array) -> Array:
    return _schaffers(p, x, 10.0)


def ill_conditioned_schaffers(p: Instance, x: Array) -> Array:
    return _schaffers(p, x, 1000.0)


def griewank_rosenbrock(p: Instance, x: Array) -> Array:
    s = _valley(_widening(x) * (p.r @ x) + 0.5)
    return 10 + 10 / (x.size - 1) * jnp.sum(s / 4000 - jnp.cos(s))


def schwefel(p: Instance, x: Array) -> Array:
    optimum = 2 * jnp.abs(p.x_opt)
    hat = 2 * jnp.sign(p.x_opt) * x
    hat = hat.at[1:].add(0.25 * (hat[:-1] - optimum[:-1]))
    z = 100 * (_powers(x, 10**0.5) * (hat - optimum) + optimum)
    waves = -jnp.sum(z * jnp.sin(jnp.sqrt(jnp.abs(z)))) / (100 * x.size)
    return waves + 4.189828872724339 + 100 * _penalty(z / 100)


def gallagher(p: Instance, x: Array) -> Array:
    away = jnp.sum(p.scales * (p.r @ x - p.peaks) ** 2, axis=1)
    return _t_osz(10 - jnp.max(p.heights * jnp.exp(-away / (2 * x.size)))) ** 2 + _penalty(x)


def katsuura(p: Instance, x: Array) -> Array:
    z = p.q @ (_powers(x, 10.0) * (p.r @ (x - p.x_opt)))
    powers = 2.0 ** jnp.arange(1, 33)
    rough = jnp.sum(jnp.abs(powers * z[:, None] - jnp.round(powers * z[:, None])) / powers, axis=1)
    product = jnp.prod((1 + jnp.arange(1, x.size + 1) * rough) ** (10 / x.size**1.2))
    return 10 / x.size**2 * (product - 1) + _penalty(x)


def lunacek(p: Instance, x: Array) -> Array:
    depth, first = 1.0, 2.5
    slope = 1 - 1 / (2 * (x.size + 20) ** 0.5 - 8.2)
    second = -(((first**2 - depth) / slope) ** 0.5)
    hat = 2 * jnp.sign(p.x_opt) * x
    z = p.q @ (_powers(x, 10.0) * (p.r @ (hat - first)))
    funnels = jnp.minimum(jnp.sum((hat - first) ** 2), depth * x.size + slope * jnp.sum((hat - second) ** 2))
    return funnels + 10 * (x.size - jnp.sum(jnp.cos(2 * jnp.pi * z))) + 1e4 * _penalty(x)


FUNCTIONS: dict[int, Function] = dict(
    enumerate(
        (
            sphere, ellipsoid, rastrigin, bueche_rastrigin, linear_slope,
            attractive_sector, step_ellipsoid, rosenbrock, rotated_rosenbrock,
            rotated_ellipsoid, discus, bent_cigar, sharp_ridge, different_powers,
            rotated_rastrigin, weierstrass, schaffers, ill_conditioned_schaffers, griewank_rosenbrock,
            schwefel, gallagher, gallagher, katsuura, lunacek,
        ),
        start=1,
    )
)  # fmt: skip
"""By their number in the suite; each gives f - f_opt."""


def _ramp(x: Array) -> Array:
    return jnp.arange(x.size) / (x.size - 1)


def _powers(x: Array, base: float) -> Array:
    return base ** _ramp(x)


def _penalty(x: Array) -> Array:
    return jnp.sum(jnp.maximum(0.0, jnp.abs(x) - 5) ** 2)


def _widening(x: Array) -> float:
    return max(1.0, x.size**0.5 / 8)


def _t_osz(x: Array) -> Array:
    log = jnp.log(jnp.where(x == 0, 1.0, jnp.abs(x)))
    c1, c2 = jnp.where(x > 0, 10.0, 5.5), jnp.where(x > 0, 7.9, 3.1)
    return jnp.sign(x) * jnp.exp(log + 0.049 * (jnp.sin(c1 * log) + jnp.sin(c2 * log)))


def _t_asy(x: Array, beta: float) -> Array:
    positive = jnp.where(x > 0, x, 1.0)
    return jnp.where(x > 0, positive ** (1 + beta * _ramp(x) * jnp.sqrt(positive)), x)


def _rastrigin(z: Array) -> Array:
    return 10 * (z.size - jnp.sum(jnp.cos(2 * jnp.pi * z))) + jnp.sum(z**2)


def _valley(z: Array) -> Array:
    return 100 * (z[:-1] ** 2 - z[1:]) ** 2 + (z[:-1] - 1) ** 2


def _rosenbrock(z: Array) -> Array:
    return jnp.sum(_valley(z))


def _schaffers(p: Instance, x: Array, condition: float) -> Array:
    z = _powers(x, condition**0.5) * (p.q @ _t_asy(p.r @ (x - p.x_opt), 0.5))
    s = jnp.sqrt(z[:-1] ** 2 + z[1:] ** 2)
    return jnp.mean(jnp.sqrt(s) * (1 + jnp.sin(50 * s**0.2) ** 2)) ** 2 + 10 * _penalty(x)
