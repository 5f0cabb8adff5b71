"""Who made the data and the metadata, where they are published, and under which licences."""

from __future__ import annotations

LICENSE = "CC0-1.0"
LICENSE_TITLE = "CC0 1.0 Universal"
LICENSE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
ARRAYS_LICENSE = "The arrays' own licence, stated where they are published"
METADATA_AUTHOR = "Ana Fló"
METADATA_URL = "https://github.com/anaflom/sensorium"
DATA_AUTHORS = "Turishcheva et al., authors of the Sensorium 2023 data sets"
DATA_URL = "https://gin.g-node.org/pollytur/sensorium_2023_dataset"
CITATION = (
    "@article{turishcheva2023dynamic, "
    "title={The Dynamic Sensorium competition for predicting large-scale mouse visual cortex activity from videos}, "
    "author={Turishcheva, Polina and Fahey, Paul G. and others}, journal={arXiv:2305.19654}, year={2023}}"
)
LICENSES = (
    f"The tables of this export are under {LICENSE}, as the published metadata by {METADATA_AUTHOR} are. The arrays "
    "that they describe are no part of it: those have a licence of their own, stated where each recording is published."
)
