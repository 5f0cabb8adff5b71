"""Trials, what was measured on each presentation, and the files that hold its signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base, JsonValue
from catalog.models.videos import SPAN_SQL

if TYPE_CHECKING:
    from catalog.models.recordings import Recording
    from catalog.models.videos import Video
    from catalog.signals import Gaze, Locomotion, Pupil, Responses
    from catalog.signals import Video as VideoFrames

SIGNALS = ("video", "response", "pupil", "gaze", "locomotion")


class Trial(Base):
    """One presentation of one video to one mouse.

    A signal's `valid_frames_…` is NULL when its file is missing or unreadable; `video_id` is NULL when there is no
    video that could be analysed; `trial_type` is NULL when the recording does not tell the trial's tier.
    """

    __tablename__ = "trials"
    _told = ("recording", "recording_id", "trial", "trial_type", "label")
    __table_args__ = (
        UniqueConstraint("recording_id", "trial"),
        CheckConstraint("trial >= 0", name="trial_not_negative"),
        CheckConstraint(
            " AND ".join(f"{column} >= 0" for column in ("valid_frames", *(f"valid_frames_{s}" for s in SIGNALS))),
            name="valid_frames_not_negative",
        ),
        # What is most often filtered by together: counts come from the index alone, and the first rows in their order.
        Index(
            "ix_trials_label_trial_type",
            *("label", "trial_type", "recording_id", "trial", "valid_frames", "valid_response"),
        ),
        Index(
            "ix_trials_trial_type_valid_response",
            *("trial_type", "valid_response", "recording_id", "trial", "valid_frames"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"))
    trial: Mapped[int]
    label: Mapped[str | None]
    trial_type: Mapped[str | None]
    video_id: Mapped[str | None] = mapped_column(ForeignKey("videos.id", onupdate="CASCADE"), index=True)
    valid_frames: Mapped[int | None]
    valid_trial: Mapped[bool]
    valid_frames_video: Mapped[int | None]
    valid_frames_response: Mapped[int | None]
    valid_frames_pupil: Mapped[int | None]
    valid_frames_gaze: Mapped[int | None]
    valid_frames_locomotion: Mapped[int | None]
    valid_video: Mapped[bool]
    valid_response: Mapped[bool]
    valid_pupil: Mapped[bool]
    valid_gaze: Mapped[bool]
    valid_locomotion: Mapped[bool]
    first_label: Mapped[str | None]
    peaks: Mapped[JsonValue | None]
    n_peaks: Mapped[int | None]
    segments_n_peaks: Mapped[int | None]
    segments_bad_n: Mapped[int | None]
    segments_avg_duration: Mapped[float | None]
    video_hash: Mapped[str | None]
    published_video_id: Mapped[str | None] = mapped_column(index=True)

    recording: Mapped[Recording] = relationship(back_populates="trials")
    video: Mapped[Video | None] = relationship(back_populates="trials")
    segments: Mapped[list[TrialSegment]] = relationship(
        back_populates="trial", order_by="TrialSegment.segment_index", passive_deletes=True
    )
    files: Mapped[list[ArrayFile]] = relationship(
        back_populates="trial", order_by="ArrayFile.signal", passive_deletes=True
    )

    @property
    def frames(self) -> VideoFrames:
        """The video as it was on screen: (height, width, frames); opened when its values are asked for."""
        return self._signal("video")  # type: ignore[no-any-return]

    @property
    def responses(self) -> Responses:
        """The responses of all neurons: (neurons, frames); opened when their values are asked for."""
        return self._signal("response")  # type: ignore[no-any-return]

    @property
    def pupil(self) -> Pupil:
        """The pupil dilation: (frames,)."""
        return self._signal("pupil")  # type: ignore[no-any-return]

    @property
    def gaze(self) -> Gaze:
        """Where the eye looked: (2, frames)."""
        return self._signal("gaze")  # type: ignore[no-any-return]

    @property
    def locomotion(self) -> Locomotion:
        """The running speed: (frames,)."""
        return self._signal("locomotion")  # type: ignore[no-any-return]

    def _signal(self, name: str) -> Any:
        from catalog.signals import open_signal

        return open_signal(self, name)


class TrialSegment(Base):
    """One segment of one presentation, with the sixteen published descriptors as measured on that presentation."""

    __tablename__ = "trial_segments"
    _told = ("trial_id", "segment_index")
    __table_args__ = (CheckConstraint(SPAN_SQL, name="span_valid"),)

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    segment_index: Mapped[int] = mapped_column(primary_key=True)
    frame_start: Mapped[int]
    frame_end: Mapped[int]
    duration: Mapped[int]
    transition_start: Mapped[int]
    transition_end: Mapped[int]
    max_change: Mapped[float]
    is_static: Mapped[bool]
    intensity_range: Mapped[float]
    margin_left: Mapped[int]
    margin_right: Mapped[int]
    margin_top: Mapped[int]
    margin_bottom: Mapped[int]
    background_color: Mapped[float]
    background_proportion: Mapped[float]
    is_uniform: Mapped[bool]
    bad_properties: Mapped[bool]

    trial: Mapped[Trial] = relationship(back_populates="segments")


class ArrayFile(Base):
    """Where one signal of one trial is stored, and what the file was like when it was read.

    Pupil and locomotion are two rows of the same file; `array_row` says which. A path is relative to the recording's
    root (`recording_roots`).
    """

    __tablename__ = "array_files"
    _told = ("signal", "path")
    __table_args__ = (
        CheckConstraint(f"signal IN ({', '.join(repr(s) for s in SIGNALS)})", name="signal_known"),
        CheckConstraint("bytes >= 0", name="bytes_not_negative"),
    )

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    signal: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    array_row: Mapped[int | None]
    bytes: Mapped[int] = mapped_column(BigInteger)
    modified_ns: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
    dtype: Mapped[str]
    shape: Mapped[JsonValue]

    trial: Mapped[Trial] = relationship(back_populates="files")
