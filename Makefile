# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# `make help` lists what there is. Everything that is built lies in build/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo play build install image env-template test bench bench-stores check-voices cuda-check soak format lint asan tsan clean

JOBS ?= $(shell nproc)
PORT ?= 8080
SAMPLE := examples/austen-on-hold
PROGRAM := build/release/src/app/waveshift
SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.cc' '*.h' '*.cu' '*.cuh')
SCRIPTS = $(shell git ls-files --cached --others --exclude-standard '*.sh')
# Debian's own interpreter: numpy comes as a Debian package.
PYTHON ?= /usr/bin/python3

help: ## Lists these targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

setup: ## Installs what is missing (returns at once when nothing is)
	@./setup.sh

# Configures a preset once; ninja does it again by itself when a CMakeLists.txt changes.
build/%/build.ninja: | setup
	@cmake --preset $* >build/$*.configure.log 2>&1 || { cat build/$*.configure.log >&2; exit 1; }
build/release/build.ninja build/dev/build.ninja build/asan/build.ninja build/tsan/build.ninja: | build
build:
	@mkdir -p build

demo: setup build/release/build.ninja ## Builds the program and dubs the sample into build/demo
	@cmake --build --preset release -j $(JOBS) --target waveshift
	@$(PROGRAM) dub $(SAMPLE).mp4 --transcript $(SAMPLE).json --keep-lines -o build/demo
	@echo
	@echo "The sample speaks Spanish now. In build/demo:"
	@echo "  dubbed.mp4     the video: dubbed sound, original sound, subtitles"
	@echo "  playlist.m3u8  the HLS stream: make play, then open http://127.0.0.1:$(PORT)/"
	@echo "  report.html    what was said when, to look at; report.json: the same for programs"

play: ## Serves build/demo with a player at http://127.0.0.1:8080/ (PORT=...)
	@$(PYTHON) tools/play.py build/demo --port $(PORT)

PREFIX ?= /usr/local
install: setup build/release/build.ninja ## Builds the program and installs it with its service (PREFIX=/usr/local, DESTDIR=)
	@cmake --preset release -DCMAKE_INSTALL_PREFIX=$(PREFIX) > build/release.configure.log
	@cmake --build --preset release -j $(JOBS) --target waveshift
	@DESTDIR="$(DESTDIR)" cmake --install build/release --strip > build/install.log
	@echo "Installed in $(DESTDIR)$(PREFIX); to run it as a service: systemctl daemon-reload && systemctl enable --now waveshift"

image: ## Builds the container image and tries it (IMAGE_FLAGS=...; deploy/image.sh --help)
	@deploy/image.sh --check $(IMAGE_FLAGS)

env-template: setup build/release/build.ninja ## Writes .env.template anew
	@cmake --build --preset release -j $(JOBS) --target waveshift
	@$(PYTHON) tools/env_template.py $(PROGRAM) > build/env-template && mv build/env-template .env.template

test: setup build/release/build.ninja ## Builds everything and runs all tests
	@cmake --build --preset release -j $(JOBS)
	@ctest --preset release -j 2

bench: setup build/release/build.ninja ## Media work against a chain of ffmpeg commands, and peak memory (BENCH_FLAGS=...)
	@cmake --build --preset release -j $(JOBS) --target waveshift
	@$(PYTHON) tools/bench_media.py --program $(PROGRAM) --output build/bench.json $(BENCH_FLAGS)

bench-stores: setup build/release/build.ninja ## Transfers to and from an S3 server beside the AWS command line's (BENCH_FLAGS=...)
	@cmake --build --preset release -j $(JOBS) --target waveshift_store_bench
	@test -x build/bench-stores/venv/bin/python || $(PYTHON) -m venv build/bench-stores/venv
	@build/bench-stores/venv/bin/pip install --quiet --disable-pip-version-check -r tools/bench_stores/requirements.txt
	@$(PYTHON) tools/bench_stores.py --aws build/bench-stores/venv/bin/aws --json build/bench-stores/bench.json $(BENCH_FLAGS)

check-voices: setup build/release/build.ninja ## How well a listener (Whisper) understands the voices; about 10 minutes
	@cmake --build --preset release -j $(JOBS) --target waveshift
	@test -x build/check-voices/venv/bin/python || $(PYTHON) -m venv build/check-voices/venv
	@build/check-voices/venv/bin/pip install --quiet --disable-pip-version-check -r tools/check_voices/requirements.txt
	@build/check-voices/venv/bin/python tools/check_voices/check_voices.py $(CHECK_FLAGS)

cuda-check: setup ## Compiles everything for CUDA and runs its tests; without a device they are skipped by name
	@tools/cuda_check.sh build/cuda-check $(JOBS)

format: ## Formats all C++ sources
	@clang-format-14 -i $(SOURCES)

TIDY = clang-tidy-14 --quiet -p build/dev --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-error
# Tests write sizes as products of small constants and fill short lists.
TIDY_TESTS = --checks=-bugprone-implicit-widening-of-multiplication-result,-performance-inefficient-vector-operation

lint: setup build/dev/build.ninja ## Checks the format and runs clang-tidy over all sources
	@clang-format-14 --dry-run -Werror $(SOURCES)
	@$(PYTHON) tools/layers.py .
	@shellcheck $(SCRIPTS)
	@cmake --preset dev > build/dev.configure.log
	@git ls-files 'src/*.cc' ':!*_test.cc' | xargs -P $(JOBS) -n 4 $(TIDY)
	@git ls-files 'src/*_test.cc' | xargs -P $(JOBS) -n 4 $(TIDY) $(TIDY_TESTS)

soak: setup build/release/build.ninja ## 1,000 kill -9 at random moments, on local stores and on D1 and R2; about 25 minutes (SOAK_FLAGS=...)
	@cmake --build --preset release -j $(JOBS) --target waveshift
	@$(PYTHON) tests/e2e/soak.py $(SOAK_FLAGS)

asan: setup build/asan/build.ninja ## All tests with AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake --build --preset asan -j $(JOBS)
	@ctest --preset asan -j 2

tsan: setup build/tsan/build.ninja ## All tests with ThreadSanitizer
	@cmake --build --preset tsan -j $(JOBS)
	@ctest --preset tsan -j 2

clean: ## Removes build/
	@rm -rf build
