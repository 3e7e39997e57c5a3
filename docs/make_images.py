"""Pictures of the documentation, made anew: `python docs/make_images.py` (needs Chromium for the screenshot)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from ssbi_core.pipeline import analyze_study, sample_paths

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 1280, 1500
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--force-device-scale-factor=1",
]


def main() -> None:
    """Analyse one bundled image and photograph its report."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("docs/make_images.py: no Chromium on this machine; install it and run again")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sample = next(path for path in sample_paths() if "thick" in path.name)
        outcome = analyze_study([sample], Path(folder) / "out")
        assert outcome.report is not None
        picture = Path(folder) / "report.png"
        subprocess.run(
            [browser, *FLAGS, f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}",
             f"--screenshot={picture}", outcome.report.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        Image.open(picture).convert("P", palette=Image.Palette.ADAPTIVE).save(IMAGES / "report.png", optimize=True)


if __name__ == "__main__":
    main()
