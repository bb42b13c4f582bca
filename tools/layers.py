#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom: tools/layers.py REPOSITORY. Exit 0: all includes are allowed; 1: it lists those that are not.

The rules (docs/architecture.md has them in words):
  1. A room includes its own headers and rooms of lower levels; of its own level only what SIDEWAYS names.
  2. What is third-party is included by the rooms that own it only, and never in a header that a file of another room includes, directly or
     through other headers.
  3. A header *_internal.h is included by its own room only.
  4. The pipeline sees engines and stores through their interfaces: never a header of a folder inside src/tts or src/stores.
  5. Headers for tests (*_contract.h, *test*.h, tone_synthesizer.h) are included by tests only, and no program file includes gtest.
"""
import pathlib
import re
import sys

LEVELS = {"base": 0,
          "config": 1, "telemetry": 1, "audio": 1, "text": 1, "net": 1, "runtime": 1,
          "phonemes": 2, "tts": 2, "separation": 2, "voices": 2, "alignment": 2, "simplify": 2, "media": 2, "stores": 2, "models": 2,
          "pipeline": 3, "service": 4, "app": 5}
# A voice is chosen for an engine: voices speaks of tts::VoiceSpec. Neural engines are told what to say in phonemes.
SIDEWAYS = {("voices", "tts"), ("tts", "phonemes")}
# First part of an include path -> the rooms that may name it.
OWNERS = {"absl": {"base"}, "openssl": {"base", "net"},
          "spdlog": {"telemetry"}, "fmt": {"telemetry"}, "prometheus": {"telemetry"},
          "sndfile.h": {"audio"}, "soxr.h": {"audio"}, "ebur128.h": {"audio"}, "sonic.h": {"audio"},
          "unicode": {"text"}, "curl": {"net"}, "ggml.h": {"runtime"}, "ggml-alloc.h": {"runtime"},
          "ggml-backend.h": {"runtime"}, "gguf.h": {"runtime"}, "onnxruntime_cxx_api.h": {"runtime"},
          "libavformat": {"media"}, "libavcodec": {"media"}, "libavutil": {"media"}, "libavfilter": {"media"},
          "libswscale": {"media"}, "libswresample": {"media"}, "fontconfig": {"media"},
          "archive.h": {"models"}, "archive_entry.h": {"models"},
          "sqlite3.h": {"stores"}, "expat.h": {"stores"}, "httplib.h": {"app"}, "CLI": {"app"},
          "sentencepiece_processor.h": {"tts"},
          # A release of IndexTTS brings its sizes in a config.yaml; only the converter reads it.
          "yaml-cpp": {"app", "tts"},
          # Vector instructions: the compiler's own headers.
          "immintrin.h": {"runtime"}, "cpuid.h": {"runtime"}, "cuda_runtime.h": {"runtime"}, "cuda_fp16.h": {"runtime"},
          # Documents in JSON are read and written in several rooms; it stays inside their .cc files.
          "nlohmann": {"config", "text", "telemetry", "simplify", "tts", "separation", "stores", "models", "pipeline", "service", "app"},
          "gtest": set(LEVELS), "gmock": set(LEVELS)}
# Third-party headers that may stand in a public header: Status is absl::Status for everybody.
PUBLIC = {("base/status.h", "absl")}
SYSTEM = {"sys", "netinet", "arpa", "linux", "unistd.h", "fcntl.h", "signal.h", "spawn.h", "poll.h", "pthread.h", "dirent.h", "pwd.h",
          "netdb.h", "dlfcn.h", "sched.h", "malloc.h", "termios.h", "time.h", "errno.h", "limits.h"}
TEST_HEADERS = {"pipeline/tone_synthesizer.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def is_test_file(name):
    return bool(re.search(r"(_test\.cc|_contract\.h|(^|[/_])test(ing)?(_[a-z]+)*\.(h|cc)|_test_tools\.(h|cc))$", name)) \
        or name in TEST_HEADERS


def check_own(name, room, target, problem):
    """An include of one of our headers."""
    other = target.split("/")[0]
    if other not in LEVELS:
        problem(f"includes \"{target}\", which is in no known room (add the room to tools/layers.py)")
        return
    if other != room:
        lower = LEVELS[other] < LEVELS[room]
        if not lower and (room, other) not in SIDEWAYS:
            problem(f"includes \"{target}\": {room} is on level {LEVELS[room]}, {other} on level {LEVELS[other]}")
        if target.endswith("_internal.h"):
            problem(f"includes \"{target}\", an internal header of {other}")
        if room == "pipeline" and other in ("tts", "stores") and target.count("/") > 1 and not is_test_file(name):
            problem(f"includes \"{target}\": the pipeline sees {other} through its interface only")
    if is_test_file(target) and not is_test_file(name):
        problem(f"includes \"{target}\", which is for tests")


def check_foreign(name, room, target, readers, problem):
    """An include in angle brackets, or one without a room."""
    first = target.split("/")[0]
    if "/" not in target and not target.endswith((".h", ".hpp")) or first in SYSTEM:
        return  # the C++ library and the system
    owners = OWNERS.get(first)
    if owners is None:
        problem(f"includes <{target}>, whose owner is not known (add it to tools/layers.py and docs/adr/0003-dependencies.md)")
    elif room not in owners:
        problem(f"includes <{target}>, which only {', '.join(sorted(owners))} may use")
    elif first in ("gtest", "gmock") and not is_test_file(name):
        problem(f"includes <{target}> in a file that is no test")
    elif readers and (name, first) not in PUBLIC:
        problem(f"includes <{target}> in a header that {sorted(readers)[0]} of another room reads")


def readers_elsewhere(texts):
    """For each file: the files of other rooms that include it, directly or through other headers."""
    included_by = {}
    for name, text in texts.items():
        for line in text.splitlines():
            match = INCLUDE.match(line)
            if match and match.group(1):
                included_by.setdefault(match.group(1), set()).add(name)
    result = {}
    for name in texts:
        seen, todo = set(), [name]
        while todo:
            for reader in included_by.get(todo.pop(), ()):
                if reader not in seen:
                    seen.add(reader)
                    todo.append(reader)
        result[name] = {reader for reader in seen if reader.split("/")[0] != name.split("/")[0]}
    return result


def check_file(name, text, readers, problems):
    room = name.split("/")[0]
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match.group(1) or match.group(2)
        first = target.split("/")[0]

        def problem(what, number=number):
            problems.append(f"src/{name}:{number}: {what}")
        if room not in LEVELS:
            problem(f"lies in src/{room}, which is no known room")
        elif match.group(1) and first not in OWNERS:
            check_own(name, room, target, problem)
        else:
            check_foreign(name, room, target, readers, problem)


def check_tree(root):
    """(number of files, list of problems) of a repository."""
    source = pathlib.Path(root) / "src"
    problems = []
    files = sorted(p for p in source.rglob("*") if p.suffix in (".h", ".cc", ".cpp", ".hpp", ".cu", ".cuh", ".c")) if source.is_dir() else []
    texts = {file.relative_to(source).as_posix(): file.read_text(encoding="utf-8") for file in files}
    readers = readers_elsewhere(texts)
    for name, text in texts.items():
        check_file(name, text, readers[name], problems)
    return len(files), problems


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: layers.py REPOSITORY")
    count, problems = check_tree(sys.argv[1])
    for line in problems:
        print(line)
    if count == 0:
        print(f"layers: no source file was found below {sys.argv[1]}/src")
        return 1
    print(f"layers: {count} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
