"""Textures with the statistics of pictures: fine detail falling off as 1/f, and things that hide one another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Texture", "picture", "radial_frequency"]

Texture = npt.NDArray[np.float32]  # (rows, columns), mean 0, standard deviation 1; opposite edges meet


def radial_frequency(rows: int, columns: int) -> npt.NDArray[np.float64]:
    """Spatial frequency in cycles per pixel of each coefficient of a real FFT: (rows, columns // 2 + 1)."""
    frequency: npt.NDArray[np.float64] = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    return frequency


def picture(rng: np.random.Generator, rows: int, columns: int, *, slope: float, things: int, blur: float) -> Texture:
    """A picture of `things` overlapping shapes, each with a tone of its own, under and over 1/f texture.

    Args:
        rng: where the picture comes from.
        rows: height in pixels.
        columns: width in pixels.
        slope: the amplitude of the texture falls as frequency ** -slope.
        things: how many shapes.
        blur: standard deviation in pixels of a final blur, so that the picture can be moved by fractions of a pixel.
    """
    frequency = radial_frequency(rows, columns)
    frequency[0, 0] = np.inf
    noise = np.fft.rfft2(rng.standard_normal((rows, columns), dtype=np.float32))
    texture = np.fft.irfft2(noise * frequency**-slope, (rows, columns))
    texture = texture / texture.std()
    _place_things(rng, texture, things)
    frequency[0, 0] = 0.0
    spectrum = np.fft.rfft2(texture) * np.exp(-2 * (np.pi * blur * frequency) ** 2)
    spectrum[0, 0] = 0.0
    blurred = np.fft.irfft2(spectrum, (rows, columns))
    normalised: Texture = (blurred / blurred.std()).astype(np.float32)
    return normalised


def _place_things(rng: np.random.Generator, texture: npt.NDArray[np.float64], things: int) -> None:
    rows, columns = texture.shape
    y, x = np.arange(rows)[:, None], np.arange(columns)[None, :]
    for _ in range(things):
        row, column = rng.uniform(0, rows), rng.uniform(0, columns)
        size = min(4.0 * rng.pareto(1.5) + 3.0, rows / 3)
        stretch, angle = rng.uniform(0.5, 2.0), rng.uniform(0, np.pi)
        down = (y - row + rows / 2) % rows - rows / 2
        across = (x - column + columns / 2) % columns - columns / 2
        along = (np.cos(angle) * across + np.sin(angle) * down) / (size * stretch)
        beside = (np.cos(angle) * down - np.sin(angle) * across) / (size / stretch)
        inside = along**2 + beside**2 < 1
        texture[inside] = 0.45 * texture[inside] + rng.normal(0, 1.2)
