"""Detrending and power spectra, against lines and sines that are known."""

import sys

import numpy as np
import pytest

from catalog.errors import PictureError
from catalog.pictures import detrended, power_spectrum, show_spectrum
from tests.pictures.looking import drawn

FRAMES = np.arange(300)


def test_a_ramp_is_nothing_but_trend():
    np.testing.assert_allclose(detrended(0.3 * FRAMES + 7), 0, atol=1e-9)


def test_less_its_mean():
    np.testing.assert_allclose(detrended(FRAMES, "constant"), FRAMES - 149.5)


def test_a_break_begins_a_new_line():
    bent = np.where(FRAMES < 100, 2.0 * FRAMES, 500.0 - FRAMES)
    np.testing.assert_allclose(detrended(bent, breaks=[100]), 0, atol=1e-9)
    assert np.abs(detrended(bent)).max() > 50


@pytest.mark.parametrize("kind", ["linear", "constant"])
def test_gaps_are_no_part_of_the_fit(kind):
    ramp = 0.3 * FRAMES + 7 if kind == "linear" else np.full(300, 7.0)
    ramp = np.concatenate([ramp, np.full(24, np.nan)])
    ramp[40:90] = np.nan
    found = detrended(ramp, kind)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(ramp))
    np.testing.assert_allclose(found[~np.isnan(ramp)], 0, atol=1e-9)


def test_gaps_change_nothing_else(rng):
    noise = rng.normal(size=300)
    line = np.polynomial.Polynomial.fit(np.delete(FRAMES, 50), np.delete(noise, 50), 1)
    noise_with_gap = noise.copy()
    noise_with_gap[50] = np.nan
    expected = np.where(FRAMES == 50, np.nan, noise - line(FRAMES))
    np.testing.assert_allclose(detrended(noise_with_gap), expected)


def test_a_stretch_of_gaps_alone_stays():
    ramp = 1.0 * FRAMES
    ramp[100:200] = np.nan
    found = detrended(ramp, breaks=[100, 200])
    np.testing.assert_allclose(found[:100], 0, atol=1e-9)
    assert np.isnan(found[100:200]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "cubic"}, r"kind='cubic': expected 'linear' or 'constant'"),
        ({"breaks": [300]}, r"break 300: expected a frame after the first, up to 299"),
        ({"breaks": [0]}, r"break 0"),
        ({"values": np.zeros((2, 9))}, r"expected one value a frame"),
        ({"values": np.full(9, np.nan)}, r"every frame is NaN"),
    ],
)
def test_what_cannot_be_detrended(options, message):
    with pytest.raises(PictureError, match=message):
        detrended(**{"values": FRAMES, **options})


@pytest.mark.parametrize("frequency", [0.9375, 3.75, 7.5])
def test_a_sine_has_its_power_at_its_frequency(frequency):
    sine = 3 * np.sin(2 * np.pi * frequency * FRAMES / 30)
    frequencies, power = power_spectrum(sine, 30)
    assert frequencies[power.argmax()] == pytest.approx(frequency)
    # Half the squared amplitude is the variance of a sine.
    assert power.sum() * (frequencies[1] - frequencies[0]) == pytest.approx(4.5, rel=0.05)


def test_the_published_windows(rng):
    from scipy.signal import welch

    pupil = rng.normal(size=300).cumsum()
    expected = welch(pupil - pupil.mean(), fs=30, window="hann", nperseg=128, noverlap=64, detrend="linear")
    np.testing.assert_allclose(power_spectrum(np.append(pupil, [np.nan] * 15), 30), expected)


def test_gaps_are_bridged():
    slow = np.sin(2 * np.pi * 0.9375 * FRAMES / 30)
    gap = slow.copy()
    gap[[50, 51, 120]] = np.nan
    np.testing.assert_allclose(power_spectrum(gap, 30)[1][4], power_spectrum(slow, 30)[1][4], rtol=0.01)


def test_a_short_signal_is_one_window():
    frequencies, _ = power_spectrum(np.sin(FRAMES[:64]), 30)
    assert frequencies[1] == pytest.approx(30 / 64)


def test_the_picture_is_the_spectrum(rng):
    pupil = rng.normal(size=300).cumsum()
    picture = show_spectrum(pupil, 30, unit="a.u.", highest=5)
    frequencies, power = power_spectrum(pupil, 30)
    (line,) = picture.axes.lines
    shown = (frequencies > 0) & (frequencies <= 5)
    np.testing.assert_allclose(line.get_xdata(), frequencies[shown])
    np.testing.assert_allclose(line.get_ydata(), power[shown])
    assert picture.axes.get_yscale() == "log"
    assert picture.axes.get_xlim() == (0, 5)
    assert picture.axes.get_xlabel() == "frequency (Hz)"
    assert "a.u.² / Hz" in picture.axes.get_ylabel()
    drawn(picture)


def test_what_has_no_spectrum():
    with pytest.raises(PictureError, match="a signal of 7 frames: expected 8 or more"):
        power_spectrum(FRAMES[:7], 30)
    with pytest.raises(PictureError, match="window=4"):
        power_spectrum(FRAMES, 30, window=4)
    with pytest.raises(PictureError, match=r"highest=0\.1: expected 0\.23 Hz"):
        show_spectrum(np.sin(FRAMES), 30, highest=0.1)
    with pytest.raises(PictureError, match="a constant signal has no power"):
        show_spectrum(np.full(300, 3.0), 30)


def test_scipy_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.signal", None)
    for call in (lambda: detrended(FRAMES), lambda: power_spectrum(FRAMES, 30)):
        with pytest.raises(PictureError, match=r"need scipy: pip install 'sensorium-catalog\[analysis\]'"):
            call()
