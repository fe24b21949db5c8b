"""The recording that ``make test`` reads is what the libraries answer today."""

from __future__ import annotations

import numpy as np

from tests.parity import record


def test_a_fresh_recording_equals_the_stored_one():
    fresh = record.record()
    with np.load(record.RECORDED, allow_pickle=False) as stored:
        assert set(stored) == set(fresh)
        for key in stored:
            np.testing.assert_allclose(fresh[key], stored[key], rtol=1e-6, atol=1e-6, err_msg=key)


def test_the_recording_stays_small():
    assert record.RECORDED.stat().st_size < 1_000_000
