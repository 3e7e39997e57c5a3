import jax
import numpy as np

from ssbi_core.materials import Phase
from ssbi_core.simulate import random_scene, simulate_micrograph, simulate_microstructure

SHAPE = (128, 160)


def test_a_key_is_a_scene():
    assert random_scene(jax.random.key(3)) == random_scene(jax.random.key(3))
    assert random_scene(jax.random.key(3)) != random_scene(jax.random.key(4))


def test_scenes_are_broad():
    scenes = [random_scene(jax.random.key(k)) for k in range(300)]
    grains = [s.microstructure.grain_size_nm / s.microstructure.pixel_size_nm for s in scenes]
    assert min(grains) < 20
    assert max(grains) > 200
    assert {s.microstructure.geometry for s in scenes} == {"plane", "slab", "particles", "electrolyte", "electrode"}
    assert {s.system.reaction_layer for s in scenes} == set(scenes[0].system.reaction_layers)
    assert {s.system.phases["nmc"].title for s in scenes} >= {"NMC111", "NMC622", "NMC811", "LCO"}
    angles = np.histogram([s.microstructure.interface_angle_deg % 360 for s in scenes], 8, (0, 360))[0]
    assert angles.min() > 10
    assert any(s.imaging.eds_counts == 0 for s in scenes)
    assert any(s.imaging.inverted for s in scenes)


def test_easy_scenes_are_cleaner_than_hard_ones():
    def noise(difficulty: float) -> float:
        images = [random_scene(jax.random.key(k), difficulty=difficulty).imaging for k in range(60)]
        return float(np.mean([1 / np.sqrt(i.dose * i.collection) + i.readout_noise for i in images]))

    assert noise(0.0) < 0.5 * noise(1.0)


def test_any_scene_gives_a_usable_image():
    seen = set()
    for k in range(40):
        scene = random_scene(jax.random.key(1000 + k), shape=SHAPE)
        structure = simulate_microstructure(jax.random.key(k), scene.microstructure)
        image = simulate_micrograph(jax.random.key(k), structure, scene.imaging, scene.system)
        assert structure.labels.min() >= Phase.LLZO
        assert np.isfinite(image.haadf).all()
        assert image.haadf.std() > 0
        assert all(np.isfinite(m).all() and m.min() >= 0 for m in image.elements.values())
        seen |= set(np.unique(structure.labels).tolist())
    assert seen == set(range(1, 9))
