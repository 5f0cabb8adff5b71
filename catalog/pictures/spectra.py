"""Power spectra: how fast a signal fluctuates, by Welch's method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.counts import counted
from catalog.errors import PictureError
from catalog.pictures.picture import Picture, axes_for, drawn_on, missing_extra
from catalog.pictures.style import BLACK, open_frame
from catalog.pictures.values import as_signal, checked_frequency

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WINDOW = 128
"""Frames of a window (the published choice): 4.3 s at 30 Hz, so that frequencies are 0.23 Hz apart."""


def power_spectrum(
    values: ArrayLike, sampling_freq: float, *, window: int = WINDOW
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return frequencies in Hz and the power spectral density of a signal, in its unit squared per Hz.

    Welch's method (`scipy.signal.welch`), one-sided: Hann windows that overlap by half, each less its straight line.
    The sum over all frequencies, times their distance, is the variance that is left in the windows.

    Parameters
    ----------
    values
        (frames,). Frames of NaN at the end are left out. NaN in between is filled in by straight lines between its
        neighbours: spectra need evenly spaced frames. That takes power off fast fluctuations.
    sampling_freq
        Frames a second.
    window
        Frames of a window; a shorter signal is one window.

    Raises
    ------
    PictureError
        There is more than one value a frame, nothing but NaN, or fewer than 8 frames.
    """
    trace = as_signal(values, 1, "a signal").astype(np.float64)
    if len(trace) < 8:
        raise PictureError(f"a signal of {counted(len(trace), 'frame')}: expected 8 or more for a spectrum")
    if window < 8:
        raise PictureError(f"window={window}: expected 8 frames or more")
    try:
        from scipy.signal import welch
    except ModuleNotFoundError as error:
        raise missing_extra("spectra", "scipy", "analysis") from error
    frames = np.arange(len(trace))
    there = ~np.isnan(trace)
    filled = np.interp(frames, frames[there], trace[there])
    length = min(window, len(filled))
    frequencies, power = welch(
        filled, fs=checked_frequency(sampling_freq), window="hann", nperseg=length, noverlap=length // 2,
        detrend="linear",
    )  # fmt: skip
    return frequencies, power


def show_spectrum(
    values: ArrayLike,
    sampling_freq: float,
    *,
    unit: str = "a.u.",
    window: int = WINDOW,
    highest: float | None = None,
    ax: Axes | None = None,
) -> Picture[Axes]:
    """Show the power spectrum of a signal, on a logarithmic axis.

    Parameters
    ----------
    values, sampling_freq, window
        See `power_spectrum`.
    unit
        Of the signal; that of the left axis is its square per Hz.
    highest
        Hz, up to which to show; up to half the sampling rate otherwise.
    ax
        Where to draw; a new figure otherwise.

    Raises
    ------
    PictureError
        See `power_spectrum`; the signal is constant and has no power at all; or `highest` leaves no frequency.
    """
    frequencies, power = power_spectrum(values, sampling_freq, window=window)
    top = frequencies[-1] if highest is None else highest
    shown = (frequencies > 0) & (frequencies <= top)
    if np.ptp(np.asarray(values)[~np.isnan(values)]) == 0:
        raise PictureError("a constant signal has no power at any frequency: there is nothing to show")
    if not shown.any():
        raise PictureError(f"highest={highest!r}: expected {frequencies[1]:.2g} Hz, the lowest that is known, or more")
    ax = axes_for(ax, 6.0, 3.2)
    # The windows have lost their mean and their line: nothing is left at 0 Hz to show.
    ax.semilogy(frequencies[shown], power[shown], color=BLACK, linewidth=1.1)
    ax.set_xlim(0, top)
    ax.set_xlabel("frequency (Hz)")
    ax.set_ylabel(f"power spectral density\n({unit}² / Hz)")
    open_frame(ax)
    return drawn_on(ax)
