"""Pictures of arrays and of catalogs (extra `analysis`); each function returns the figure and its axes."""

from __future__ import annotations

from catalog.pictures.changes import change_signal, show_change_signal
from catalog.pictures.clips import Clip
from catalog.pictures.detrending import detrended
from catalog.pictures.frames import show_frame, show_frames
from catalog.pictures.gaze import show_gaze_path
from catalog.pictures.intensity import intensity_histogram, show_intensity
from catalog.pictures.maps import show_tier_map, tier_counts
from catalog.pictures.pages import save_sheet
from catalog.pictures.picture import Picture
from catalog.pictures.positions import show_positions
from catalog.pictures.rasters import show_raster
from catalog.pictures.sheets import show_contact_sheet
from catalog.pictures.spectra import power_spectrum, show_spectrum
from catalog.pictures.traces import show_trace, show_traces

__all__ = [
    "Clip",
    "Picture",
    "change_signal",
    "detrended",
    "intensity_histogram",
    "power_spectrum",
    "save_sheet",
    "show_change_signal",
    "show_contact_sheet",
    "show_frame",
    "show_frames",
    "show_gaze_path",
    "show_intensity",
    "show_positions",
    "show_raster",
    "show_spectrum",
    "show_tier_map",
    "show_trace",
    "show_traces",
    "tier_counts",
]
