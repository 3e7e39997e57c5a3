import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import LogNorm, Normalize
from PIL import Image

from ssbi_core.report.figures import panels
from ssbi_core.report.figures.canvas import style
from ssbi_core.report.figures.panel import SCREEN_PX, ColorScale, LegendEntry, Panel, panel_figure, panel_png
from ssbi_core.report.figures.section import Section


def make_panel(shape, color="#123456"):
    section = Section(shape, 2.0, None, 0)

    def draw(axes):
        axes.imshow(np.zeros((*shape, 3)), extent=section.extent)
        axes.plot([0, 4], [0, 4], color=color, linewidth=3)

    return Panel("name", "Title", "Caption", "Alt", section, draw, (LegendEntry(color, "Line", "3 %"),))


@pytest.mark.parametrize("shape", [(64, 64), (16, 512), (512, 16), (100, 300)])
def test_pictures_have_the_shape_of_the_image(shape):
    with style():
        image = Image.open(io.BytesIO(panel_png(make_panel(shape))))
    assert max(image.size) == SCREEN_PX
    assert image.width / image.height == pytest.approx(max(shape[1] / shape[0], 0), rel=0.8)
    assert image.mode == "P"


def test_colours_of_the_legend_survive_the_palette():
    with style():
        image = Image.open(io.BytesIO(panel_png(make_panel((64, 64)))))
    assert (0x12, 0x34, 0x56) in {color for _, color in image.convert("RGB").getcolors(maxcolors=1 << 16)}


def test_the_same_panel_gives_the_same_bytes():
    with style():
        assert panel_png(make_panel((64, 64))) == panel_png(make_panel((64, 64)))


def test_publication_figures_are_one_column_wide_and_make_room_for_the_legend():
    with style():
        figure = panel_figure(make_panel((64, 64)))
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(85)
    assert figure.get_size_inches()[1] > figure.get_size_inches()[0]


def test_logarithmic_scales_are_ticked_at_decades():
    scale = ColorScale(mpl.colormaps["inferno"], LogNorm(3e-3, 40), "A/cm²")
    positions, labels = zip(*scale.ticks(), strict=True)
    assert labels == ("10⁻²", "10⁻¹", "1", "10")
    assert all(0 <= position <= 1 for position in positions)


def test_narrow_logarithmic_scales_still_have_three_ticks():
    ticks = ColorScale(mpl.colormaps["inferno"], LogNorm(2, 8), "A/cm²").ticks()
    assert [label for _, label in ticks] == ["2", "4", "8"]


def test_linear_scales_are_ticked_evenly():
    ticks = ColorScale(mpl.colormaps["viridis"], Normalize(0, 1), "V").ticks()
    assert ticks == [(0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")]


def test_scales_of_two_decades_are_ticked_between_them():
    ticks = ColorScale(mpl.colormaps["inferno"], LogNorm(0.0447, 4.32), "A/cm²").ticks()
    assert [label for _, label in ticks] == ["0.1", "0.3", "1", "3"]


@pytest.mark.parametrize("vision", ["normal", "protanopia", "deuteranopia", "tritanopia"])
def test_colour_scales_get_lighter_evenly_for_everybody(result, vision, seen):
    scales = [panel.scale for panel in panels(result) if panel.scale is not None]
    assert {scale.cmap.name for scale in scales} == {"viridis", "inferno", "cividis"}
    for scale in scales:
        lightness = seen(scale.cmap(np.linspace(0, 1, 65))[:, :3], vision)[:, 0]
        steps = np.diff(lightness)
        assert steps.min() > 0, scale.cmap.name
        assert lightness[-1] - lightness[0] > 70, scale.cmap.name
        assert steps.max() < 2.5 * steps.mean(), scale.cmap.name


def test_colour_scales_say_what_they_measure_and_its_unit(result):
    labels = [panel.scale.label for panel in panels(result) if panel.scale is not None]
    assert labels
    assert all(label.endswith(("in V", "in A/cm² for 1 V applied", "dimensionless")) for label in labels)
