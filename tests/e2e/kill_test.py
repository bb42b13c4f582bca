#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs and servers that are killed, frozen or whose clock is set, on local stores: what soak.py does, in the numbers that every test run has time
for. cloud_kill_test.py does it on D1 and R2."""
import unittest

import soak

SEED = 20261126  # the moments are the same in every run of the tests, as far as the machine lets them


class KillTest(unittest.TestCase):
    def test_runs(self):
        with soak.stores_in_a_folder(soak.LocalStores) as (stores, folder):
            self.assertGreaterEqual(soak.soak_runs(stores, folder, 160, SEED, 2, 6), 160)

    def test_servers(self):
        with soak.stores_in_a_folder(soak.LocalStores) as (stores, folder):
            self.assertGreaterEqual(soak.soak_server(stores, folder, 20, SEED), 20)

    def test_clock(self):
        with soak.stores_in_a_folder(soak.LocalStores) as (stores, folder):
            soak.soak_clock(stores, folder, SEED)


if __name__ == "__main__":
    unittest.main()
