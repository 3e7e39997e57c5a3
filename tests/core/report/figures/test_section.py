from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.io import PhaseMap
from ssbi_core.materials import Phase
from ssbi_core.report.figures.section import Section, micrograph_picture, phase_picture


def test_a_volume_is_shown_by_its_middle_slice(volume_result):
    section = Section.of(volume_result)
    assert section.slice_index == 3
    nmc = np.array([int(volume_result.system.color_of(Phase.NMC)[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    np.testing.assert_allclose(
        phase_picture(volume_result, section), np.broadcast_to(nmc, (*section.shape, 3)), atol=1e-6
    )


@pytest.mark.parametrize("shape", [(16, 16), (1440, 700), (2881, 3000), (16, 5000)])
def test_block_means_keep_the_mean_and_bound_the_size(shape):
    section = Section(shape, 1.0, None, None)
    image = np.random.default_rng(0).random(shape)
    small = section.block_mean(image)
    assert max(small.shape) <= 1441
    if all(size % section.block == 0 for size in shape):
        assert small.mean() == pytest.approx(image.mean(), rel=1e-5)
    np.testing.assert_allclose(section.block_mean(np.full(shape, 0.25)), 0.25)


def test_one_pixel_lines_stay_visible_in_a_large_image(result):
    labels = np.full((4000, 4000), Phase.LLZO, np.uint8)
    labels[2000] = Phase.CONTACT
    large = replace(result, phases=PhaseMap(labels, 1.0))
    picture = phase_picture(large, Section.of(large))
    grain, line = picture[0, 0], picture[2000 // Section.of(large).block, 0]
    assert np.abs(line - grain).max() > 0.1


def test_bad_pixels_and_constant_images_are_drawn(result):
    haadf = result.micrograph.haadf.copy()
    haadf[:3] = np.nan
    haadf[5] = np.inf
    section = Section.of(result)
    picture = micrograph_picture(replace(result, micrograph=replace(result.micrograph, haadf=haadf)), section)
    assert np.isfinite(picture).all()
    assert picture.min() == 0
    assert picture.max() == 1
    flat = replace(result, micrograph=replace(result.micrograph, haadf=np.full_like(haadf, 7)))
    assert np.all(micrograph_picture(flat, section) == 0.5)


def test_a_micrograph_of_another_shape_is_not_shown(result):
    other = replace(result, micrograph=replace(result.micrograph, haadf=np.zeros((8, 8), np.float32)))
    assert micrograph_picture(other, Section.of(other)) is None
