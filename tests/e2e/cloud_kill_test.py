#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs that are killed, frozen for a minute, or whose clock is set, on D1 and R2: what soak.py does, in small numbers. Most of the time is spent
waiting for leases to run out."""
import unittest

import soak

SEED = 20261126


class CloudKillTest(unittest.TestCase):
    def setUp(self):
        context = soak.stores_in_a_folder(soak.CloudStores)
        self.stores, self.folder = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def test_kills(self):
        self.assertGreaterEqual(soak.soak_runs(self.stores, self.folder, 20, SEED, 14, 2), 20)

    def test_freezes(self):
        soak.soak_freezes(self.stores, self.folder, 5, SEED)

    def test_clock(self):
        soak.soak_clock(self.stores, self.folder, SEED)


if __name__ == "__main__":
    unittest.main()
