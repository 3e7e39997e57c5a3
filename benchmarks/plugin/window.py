"""A napari window with the dock, driven as a user would, and a heart that notices when the window cannot beat."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_BEAT = 5  # ms


def need_display() -> None:
    """Start again under Xvfb where there is no display."""
    if os.environ.get("DISPLAY") or sys.platform != "linux":
        return
    xvfb = shutil.which("xvfb-run")
    if xvfb is None:
        raise SystemExit("no display: install Xvfb, or run this where there is a screen")
    module = sys.modules["__main__"].__spec__
    assert module is not None
    name = module.name.removesuffix(".__main__")
    screen = ["-a", "-s", "-screen 0 1920x1080x24"]
    os.execv(xvfb, [xvfb, *screen, sys.executable, "-m", name, *sys.argv[1:]])


class Heart:
    """Beats in the event loop; the longest time between two beats is how long the window was blocked."""

    def __init__(self) -> None:
        from qtpy.QtCore import QTimer

        self._last, self.longest = time.perf_counter(), 0.0
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(_BEAT)

    def restart(self) -> None:
        """Forget what was."""
        self._last, self.longest = time.perf_counter(), 0.0

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


class Window:
    """A viewer with the dock open."""

    def __init__(self, width: int = 1366, height: int = 768) -> None:
        import napari
        from qtpy.QtWidgets import QApplication

        self.viewer = napari.Viewer(show=True)
        self.window = self.viewer.window._qt_window
        self.window.resize(width, height)
        self._handle_events = QApplication.processEvents
        self._handle_events()
        start = time.perf_counter()
        _, self.dock = self.viewer.window.add_plugin_dock_widget("napari-ssbi", "Interface analysis")
        self._handle_events()
        self.seconds_to_dock = time.perf_counter() - start
        self.heart = Heart()

    def wait(self, until: Callable[[], bool], timeout: float = 600) -> float:
        """Handle events until something holds; return how long that took."""
        start = time.perf_counter()
        while not until():
            self._handle_events()
            time.sleep(0.001)
            if time.perf_counter() - start > timeout:
                raise SystemExit(f"waited {timeout} s in vain")
        return time.perf_counter() - start

    def rest(self, seconds: float = 0.3) -> None:
        """Let the window draw."""
        end = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() > end)

    def run(self, key: str) -> dict[str, float]:
        """Run a step to its end; seconds, and longest time the window was blocked."""
        self.dock.choose_step(key)
        self.rest()
        self.heart.restart()
        self.dock.run()
        seconds = self.wait(lambda: self.dock._job is None and not self.dock.jobs.busy)
        self.rest()
        return {"seconds": seconds, "blocked": self.heart.longest}

    def picture(self, path: Any) -> None:
        """Save what is on the screen."""
        self.rest(0.6)
        self.window.grab().save(str(path))


@contextmanager
def window(**size: int) -> Iterator[Window]:
    """A window that is closed in the end."""
    opened = Window(**size)
    try:
        yield opened
    finally:
        opened.dock.release()
        opened.viewer.close()
