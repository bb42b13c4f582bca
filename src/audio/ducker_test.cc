// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
