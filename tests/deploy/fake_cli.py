#!/usr/bin/python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Stands in for docker, s, aliyun, curl and waveshift while tests/deploy/deploy_test.py runs ./deploy.sh; the name that it is called by says for which.

It appends what it was given to calls.jsonl beside it and behaves as plan.json beside it says: a list of {"match": beginning of the command line,
"code": exit code, "times": how often, "print": text, "hang": true}; the first entry that fits and is not used up counts.
"""
import fcntl
import json
import os
import pathlib
import signal
import sys
import time

FOLDER = pathlib.Path(__file__).parent
ANSWERS = {
    "s gpu info": '{"gpu": {"url": {"system_intranet_url": "https://waveshift-abc.cn-hangzhou-vpc.fcapp.run", '
                  '"system_url": "https://waveshift-abc.cn-hangzhou.fcapp.run"}}}',
    "s control info": '{"control": {"url": {"system_url": "https://waveshift-control-abc.cn-hangzhou.fcapp.run"}}}',
    "docker image inspect": "400000000",
}
SECONDS = 300


def answer_of(line):
    for beginning, text in ANSWERS.items():
        if line.startswith(beginning):
            return text
    if line.startswith("aliyun fc GET") and "/triggers/" in line:
        name = line.split("/functions/")[1].split("/")[0]
        return json.dumps({"httpTrigger": {"urlIntranet": f"https://{name}-x.cn-hangzhou-vpc.fcapp.run",
                                           "urlInternet": f"http://{name}-x.cn-hangzhou.fcapp.run"}})
    return ""


def record(entry):
    with open(FOLDER / "calls.jsonl", "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps(entry) + "\n")


def behaviour(line):
    """What the plan has for this command line; uses it up."""
    path = FOLDER / "plan.json"
    with open(path, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        plan = json.load(file)
        for step in plan:
            if line.startswith(step["match"]) and step.get("times", 1) > 0:
                step["times"] = step.get("times", 1) - 1
                file.seek(0)
                file.truncate()
                json.dump(plan, file)
                file.flush()
                return step
    return {}


def main():
    line = " ".join([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]])
    entry = {"line": line, "env": dict(os.environ), "input": sys.stdin.read(), "files": {}}
    for argument in sys.argv[1:]:
        if argument.endswith(".json") and os.path.isfile(argument):
            entry["files"][argument] = [oct(os.stat(argument).st_mode & 0o777), pathlib.Path(argument).read_text(encoding="utf-8")]
    step = behaviour(line)
    record(entry)
    if step.get("hang"):
        def ended(*_):
            record({"line": "ended: " + line})
            sys.exit(143)
        signal.signal(signal.SIGTERM, ended)
        (FOLDER / "hanging").touch()
        time.sleep(SECONDS)
    print(step.get("print", answer_of(line)))
    return step.get("code", 0)


if __name__ == "__main__":
    sys.exit(main())
