"""The sample opens in a real napari window."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("napari")


@pytest.mark.display
def test_sample_is_seen_in_a_real_window(display: str) -> None:
    import napari
    from npe2 import PluginManager

    samples = PluginManager.instance().get_manifest("napari-ssbi").contributions.sample_data
    assert samples
    viewer = napari.Viewer(show=True)
    try:
        viewer.open_sample("napari-ssbi", samples[0].key)
        assert [layer.name for layer in viewer.layers]
        assert str(viewer.layers[0].units[-1]) == "nanometer"
        screenshot = viewer.screenshot(canvas_only=True, flash=False)
        assert np.ptp(screenshot[..., :3].astype(int)) > 100, "the canvas is blank"
    finally:
        viewer.close()
