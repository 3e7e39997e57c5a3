"""Settings of the simulated microscope; each effect has a strength, and 0 turns it off."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ssbi_core.simulate.settings import setting


class ImagingConfig(BaseModel):
    """HAADF and EDS acquisition of a simulated field of view.

    The defaults are a good session on a good specimen. Strengths follow published ranges for STEM of
    ceramics: 50 pA for 10 us is 3121 electrons per pixel, of which a HAADF detector collects 5-15 %.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    exponent: float = setting(1.7, "1", "Z exponent", "HAADF intensity goes as Z to this power.", ge=1, le=2.5)
    dose: float = setting(3121, "e/pixel", "Dose", "Beam electrons per pixel.", gt=0)
    collection: float = setting(
        0.1, "1", "Collected share", "Electrons scattered onto the detector by LLZO.", gt=0, le=1
    )
    probe_nm: float = setting(0.5, "nm", "Probe size", "Full width at half maximum of the probe.", ge=0)
    defocus_px: float = setting(0.5, "pixel", "Residual blur", "Standard deviation of further blur.", ge=0)

    wedge: float = setting(0.1, "1", "Thickness wedge", "Relative thickness change across the field.", ge=0, le=1)
    thickness_variation: float = setting(0.03, "1", "Thickness variation", "Slow relative variation.", ge=0, le=0.5)
    milling_contrast: float = setting(
        0.05, "1", "Milling contrast", "Spread of thickness between phases.", ge=0, le=0.5
    )
    grain_contrast: float = setting(
        0.06, "1", "Grain contrast", "Spread of diffraction contrast of grains.", ge=0, le=0.5
    )
    texture: float = setting(0.02, "1", "Texture", "Fine contrast inside layers and NMC.", ge=0, le=0.5)
    boundary_contrast: float = setting(-0.12, "1", "Boundary contrast", "Below 0 dark, above 0 bright.", ge=-1, le=1)
    boundary_spread: float = setting(
        0.05, "1", "Boundary spread", "Spread of contrast between boundaries.", ge=0, le=0.5
    )
    boundary_tilt_nm: float = setting(1.0, "nm", "Boundary tilt", "Mean extra projected width.", ge=0)
    boundary_width_nm: float = setting(1.5, "nm", "Boundary width", "Width that gives contrast, edge-on.", gt=0)
    dislocation_contrast: float = setting(0.12, "1", "Dislocation contrast", "Strength of their lines.", ge=0, le=1)
    dislocation_width_nm: float = setting(2.0, "nm", "Dislocation width", "Width of the strain contrast.", gt=0)
    pore_level: float = setting(0.03, "1", "Pore level", "Intensity left in pores, relative to LLZO.", ge=0, le=0.5)

    jitter_px: float = setting(0.2, "pixel", "Scan jitter", "Spread of the shift of scan lines.", ge=0, le=3)
    line_noise: float = setting(0.003, "1", "Line noise", "Relative brightness noise of scan lines.", ge=0, le=0.2)
    readout_noise: float = setting(0.005, "1", "Read-out noise", "Detector noise relative to LLZO.", ge=0, le=0.5)
    curtaining: float = setting(0.015, "1", "Curtaining", "Relative strength of milling stripes.", ge=0, le=0.3)
    curtaining_angle_deg: float = setting(90.0, "deg", "Curtaining direction", "90: stripes run down the image.")
    charging: float = setting(0.0, "1", "Charging", "Strength of streaks along scan lines.", ge=0, le=1)
    contamination: float = setting(0.0, "1", "Contamination", "Brightness of carbon deposits.", ge=0, le=1)
    saturation: float = setting(0.0, "1", "Saturation", "Share of pixels clipped at the top.", ge=0, le=0.5)
    dead_lines: int = setting(0, "1", "Dead lines", "Scan lines lost.", ge=0, le=20)
    gain: float = setting(20000.0, "counts", "Gain", "Counts of LLZO at mean thickness.", gt=0)
    offset: float = setting(1000.0, "counts", "Offset", "Counts without signal.")
    inverted: bool = setting(False, "", "Inverted", "Contrast recorded upside down.")
    bit_depth: int = setting(16, "bit", "Bit depth", "Grey levels are 2 to this power.", ge=8, le=32)

    elements: tuple[str, ...] | None = Field(
        None, title="Elements", description="Mapped elements; by default all that the specimen holds."
    )
    eds_counts: float = setting(4.0, "1/pixel", "EDS counts", "X-ray counts of La in LLZO.", ge=0)
    sensitivity_spread: float = setting(
        0.3, "1", "Sensitivity spread", "Spread of ln sensitivity of lines.", ge=0, le=1.5
    )
    beam_broadening_nm: float = setting(3.0, "nm", "Beam broadening", "Full width of the X-ray source.", ge=0)
    eds_binning: int = setting(1, "1", "EDS binning", "EDS pixel in HAADF pixels.", ge=1, le=8)
    misregistration_px: float = setting(1.0, "pixel", "Misregistration", "Shift of EDS against HAADF.", ge=0, le=20)
    drift_px: float = setting(0.5, "pixel", "Drift", "Further shift of EDS from first row to last.", ge=0, le=20)
    line_overlap: float = setting(0.5, "1", "Line overlap", "0 none, 1 as large as unseparated lines.", ge=0, le=1)
    eds_smoothing_px: float = setting(
        0.0, "pixel", "EDS smoothing", "Filter applied to the maps afterwards.", ge=0, le=10
    )
    eds_background: float = setting(0.03, "1", "EDS background", "Bremsstrahlung relative to La in LLZO.", ge=0, le=1)
    segregation: float = setting(0.0, "1", "Segregation", "Relative excess of dopant at boundaries.", ge=0, le=5)
