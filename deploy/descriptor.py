#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads deploy/s.yaml as Serverless Devs does, checks it, and turns it into what the platform's API takes.

  descriptor.py check FILE         problems, one a line; exit code 3 when there are any
  descriptor.py keys FILE          the variables that FILE takes from the environment: NAME or NAME=default, one a line
  descriptor.py bodies FILE DIR    one JSON file for each call of the API (2023-03-30) into DIR, and their order on standard output

What is checked is what the vendor documents: fields, ranges, which cards go with which memory, six fields in a cron expression, and rules of
our own: no open door to a GPU, no tag "latest", secrets from the environment only. Needs Debian's python3-yaml.
"""
import json
import os
import pathlib
import re
import sys

import yaml

PLACEHOLDER = re.compile(r"\$\{\s*(?:env\('(?P<name>\w+)'(?:\s*,\s*'(?P<default>[^']*)')?\)|vars\.(?P<var>\w+))\s*\}")
EXIT_BAD_INPUT = 3

# card: GPU memory in MB, vCPUs, memory in MB. None: any that the vCPUs allow.
CARDS = {"fc.gpu.tesla.1": (16384, None, range(128, 32769)), "fc.gpu.ada.1": (49152, (4, 8, 16), (32768, 65536, 98304)),
         "fc.gpu.ada.2": (24576, (8, 16), (32768, 65536)), "fc.gpu.ada.3": (49152, (8, 16), (65536, 98304)),
         "fc.gpu.hopper.1": (98304, (16,), (98304,)), "fc.gpu.xpu.1": (98304, (16,), (98304,))}
TESLA_VCPUS = (0.05, 8)
ENVIRONMENT_BYTES = 4096
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class DescriptorError(Exception):
    """One line about a file that cannot be read."""


def names_in(text):
    """{name: default or None} of all env() in a text, in their order."""
    found = {}
    for match in PLACEHOLDER.finditer(text):
        if match["name"]:
            found[match["name"]] = match["default"] if found.get(match["name"]) is None else found[match["name"]]
    return found


def resolve(value, environment, variables):
    if isinstance(value, dict):
        return {key: resolve(item, environment, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, environment, variables) for item in value]
    if not isinstance(value, str):
        return value

    def one(match):
        if match["var"]:
            if match["var"] not in variables:
                raise DescriptorError(f"vars.{match['var']} is not defined")
            return str(variables[match["var"]])
        if match["name"] in environment:
            return environment[match["name"]]
        if match["default"] is None:
            raise DescriptorError(f"{match['name']} is not set")
        return match["default"]
    return PLACEHOLDER.sub(one, value)


def load(path, environment):
    """The document with everything filled in. Raises DescriptorError."""
    try:
        document = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DescriptorError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict) or not isinstance(document.get("resources"), dict):
        raise DescriptorError(f"{path}: has no resources")
    variables = resolve(document.get("vars") or {}, environment, {})
    return resolve(document, environment, variables)


# What a field may hold. A type; (low, high) of a number; a set of words; a pattern; [form of each entry]; {field: form} (a name that ends in
# "!" is wanted, "*" stands for any name); or a function that returns what is wrong, or None.
def text(value):
    return None if isinstance(value, str) and value else "must be a word"


def any_text(value):
    return None if isinstance(value, str) else "must be text"


def switch(value):
    return None if isinstance(value, bool) else "must be true or false"


def cron(value):
    inner = re.fullmatch(r"cron\((.+)\)", value) if isinstance(value, str) else None
    if not inner or len(inner[1].split()) != 6:
        return "must be cron(second minute hour day month weekday)"
    return None


def vcpus(value):
    steps = round(value / 0.05, 6) if isinstance(value, (int, float)) and not isinstance(value, bool) else -1
    return None if 1 <= steps <= 320 and steps == int(steps) else "must be a multiple of 0.05 from 0.05 to 16"


HOOK = {"handler": text, "command": [text], "timeout!": (1, 300)}
SCHEDULE = {"name!": text, "startTime!": TIME, "endTime!": TIME, "scheduleExpression!": cron, "timeZone!": text, "target!": (0, 299)}
TARGET = {"destination!": re.compile(r"acs:(mns:[\w-]+:\d+:/(queues|topics)/[\w-]+/messages|fc:.+|eventbridge:.+)")}
FUNCTION = {
    "region!": re.compile(r"[a-z]{2}-[a-z]+(-\d)?"), "functionName!": re.compile(r"[A-Za-z_][\w-]{0,63}"), "description": any_text,
    "runtime!": {"custom-container"}, "handler!": text, "cpu!": vcpus, "memorySize!": (128, 98304), "diskSize!": {512, 10240},
    "timeout!": (1, 86400), "instanceConcurrency": (1, 200), "internetAccess": switch, "role": re.compile(r"acs:ram::\d+:role/[\w.-]+"),
    "gpuConfig": {"gpuType!": set(CARDS), "gpuMemorySize!": (1024, 98304)},
    "customContainerConfig!": {
        "image!": text, "port": (1, 65535), "entrypoint": [text], "command": [text],
        "healthCheckConfig": {"httpGetUrl!": re.compile(r"/[ -~]{0,2047}"), "initialDelaySeconds": (0, 120), "periodSeconds": (1, 120),
                              "timeoutSeconds": (1, 3), "failureThreshold": (1, 120), "successThreshold": (1, 120)}},
    "instanceLifecycleConfig": {"initializer": HOOK, "preStop": HOOK},
    "environmentVariables": {"*": any_text},
    "logConfig": {"project!": re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"), "logstore!": text, "enableRequestMetrics": switch,
                  "enableInstanceMetrics": switch, "logBeginRule": {"DefaultRegex", "None"}},
    "asyncInvokeConfig": {"asyncTask": switch, "maxAsyncRetryAttempts": (0, 8), "maxAsyncEventAgeInSeconds": (1, 604800),
                          "destinationConfig": {"onSuccess": TARGET, "onFailure": TARGET}},
    "concurrencyConfig": {"reservedConcurrency!": (1, 10000)},
    "provisionConfig": {"defaultTarget!": (0, 299), "alwaysAllocateCPU": switch, "alwaysAllocateGPU": switch, "scheduledActions": [SCHEDULE]},
    "scalingConfig": {"minInstances": (0, 299), "scheduledPolicies": [SCHEDULE], "residentPoolId": text},
    "triggers": [{
        "triggerName!": re.compile(r"[A-Za-z_][\w-]{0,127}"), "triggerType!": {"http"}, "qualifier": text, "description": any_text,
        "triggerConfig!": {
            "authType!": {"anonymous", "function", "jwt"}, "methods!": [{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"}],
            "disableURLInternet": switch,
            "authConfig": {"jwks!": {"keys!": [{"kty!": {"RSA"}, "use": {"sig"}, "alg!": {"RS256"}, "e!": {"AQAB"},
                                               "n!": re.compile(r"[A-Za-z0-9_-]{342,}")}]},
                           "tokenLookup!": re.compile(r"header:Authorization:Bearer "), "claimPassBy": any_text,
                           "whiteList": [text], "blackList": [text]}}}]}
DOCUMENT = {"edition!": {"3.0.0"}, "name!": text, "access": text, "vars": {"*": any_text},
            "resources!": {"*": {"component!": {"fc3"}, "props!": FUNCTION}}}


def wrong_fields(value, form, where):
    """Problems of a mapping."""
    if not isinstance(value, dict):
        return [f"{where}: must have fields"]
    forms = {name.rstrip("!"): item for name, item in form.items()}
    found = [f"{where}: {name[:-1]} is missing" for name in form if name.endswith("!") and name[:-1] not in value]
    for name, item in value.items():
        if name not in forms and "*" not in forms:
            found.append(f"{where}.{name}: there is no such field")
        else:
            found += wrong(item, forms.get(name, forms.get("*")), f"{where}.{name}")
    return found


def wrong(value, form, where):
    """Problems of a value, each with its place."""
    if isinstance(form, dict):
        return wrong_fields(value, form, where)
    if isinstance(form, list):
        if not isinstance(value, list) or not value:
            return [f"{where}: must be a list that is not empty"]
        return [problem for number, item in enumerate(value) for problem in wrong(item, form[0], f"{where}[{number}]")]
    if isinstance(form, tuple):
        fine = isinstance(value, int) and not isinstance(value, bool) and form[0] <= value <= form[1]
        return [] if fine else [f"{where}: must be a number from {form[0]} to {form[1]}, not {value!r}"]
    if isinstance(form, set):
        fine = not isinstance(value, (dict, list)) and value in form
        return [] if fine else [f"{where}: must be one of {', '.join(map(str, sorted(form)))}, not {value!r}"]
    if isinstance(form, re.Pattern):
        return [] if isinstance(value, str) and form.fullmatch(value) else [f"{where}: has not the form that it must have"]
    complaint = form(value)
    return [f"{where}: {complaint}"] if complaint else []


def wrong_card(props, where):
    found, gpu = [], props.get("gpuConfig")
    cpu, memory = props["cpu"], props["memorySize"]
    if not 1 <= memory / 1024 / cpu <= 4:
        found.append(f"{where}: 1 to 4 GB of memorySize for each cpu, not {memory / 1024 / cpu:g}")
    if gpu:
        memory_of_card, cpus, memories = CARDS[gpu["gpuType"]]
        if gpu["gpuMemorySize"] != memory_of_card:
            found.append(f"{where}.gpuConfig.gpuMemorySize: {gpu['gpuType']} has {memory_of_card}, only the whole of it can be had")
        if cpu not in cpus if cpus else not TESLA_VCPUS[0] <= cpu <= TESLA_VCPUS[1]:
            found.append(f"{where}.cpu: {gpu['gpuType']} comes with {' or '.join(map(str, cpus)) if cpus else '0.05 to 8'} cpu, not {cpu}")
        if memory not in memories:
            found.append(f"{where}.memorySize: {gpu['gpuType']} does not come with {memory} MB")
    return found


def wrong_environment(variables, where):
    found = []
    for name in variables:
        if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) or name.startswith("FC_"):
            found.append(f"{where}.{name}: a letter first, then letters, digits and _, and not beginning with FC_")
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > ENVIRONMENT_BYTES:
        found.append(f"{where}: {size} bytes are more than the {ENVIRONMENT_BYTES} that may be")
    return found


def wrong_together(props, where):
    """What must hold between several fields of a function whose single fields are right."""
    found = wrong_card(props, where) + wrong_environment(props.get("environmentVariables", {}), f"{where}.environmentVariables")
    if "provisionConfig" in props and "scalingConfig" in props:
        found.append(f"{where}: provisionConfig and scalingConfig exclude each other")
    for name, hook in props.get("instanceLifecycleConfig", {}).items():
        if ("handler" in hook) == ("command" in hook):
            found.append(f"{where}.instanceLifecycleConfig.{name}: handler or command, one of them")
    name, _, tag = props["customContainerConfig"]["image"].rpartition(":")
    if not name or "/" in tag or tag == "latest":
        found.append(f"{where}.customContainerConfig.image: wants a tag of its own, so that it can be told from the one before")
    seen = set()
    for number, trigger in enumerate(props.get("triggers", [])):
        config, place = trigger["triggerConfig"], f"{where}.triggers[{number}]"
        qualifier = trigger.get("qualifier", "LATEST")
        if qualifier in seen:
            found.append(f"{place}: only one HTTP trigger for {qualifier}")
        seen.add(qualifier)
        if (config["authType"] == "jwt") != ("authConfig" in config):
            found.append(f"{place}.triggerConfig: authType jwt and authConfig belong together")
        if "gpuConfig" in props and config["authType"] == "anonymous":
            found.append(f"{place}.triggerConfig.authType: anonymous lets everybody start a GPU")
    return found


def problems(document):
    """Everything that is wrong, one line each."""
    found = wrong_fields(document, DOCUMENT, "s.yaml")
    if found:
        return found
    names = [resource["props"]["functionName"] for resource in document["resources"].values()]
    found += [f"s.yaml: two functions are called {name}" for name in sorted(set(names)) if names.count(name) > 1]
    for key, resource in document["resources"].items():
        found += wrong_together(resource["props"], f"s.yaml.resources.{key}.props")
    return found


def bodies(document):
    """[(path, body, None or (path, body))]: the API's PUT calls that do what the descriptor says, in order, and the POST that makes the thing
    when it is not there yet."""
    calls = []
    for resource in document["resources"].values():
        props = dict(resource["props"])
        name = props["functionName"]
        parts = {key: props.pop(key, None) for key in ("region", "asyncInvokeConfig", "concurrencyConfig", "provisionConfig", "triggers")}
        changes = {key: value for key, value in props.items() if key != "functionName"}
        calls.append((f"functions/{name}", changes, ("functions", props)))
        for trigger in parts["triggers"] or []:
            config = dict(trigger["triggerConfig"])
            if "authConfig" in config:
                config["authConfig"] = json.dumps(config["authConfig"], separators=(",", ":"))
            whole = {**trigger, "triggerConfig": json.dumps(config)}
            changes = {key: value for key, value in whole.items() if key not in ("triggerName", "triggerType")}
            calls.append((f"functions/{name}/triggers/{trigger['triggerName']}", changes, (f"functions/{name}/triggers", whole)))
        for key, path in (("asyncInvokeConfig", "async-invoke-config"), ("concurrencyConfig", "concurrency"),
                          ("provisionConfig", "provision-config?qualifier=LATEST")):
            if parts[key]:
                calls.append((f"functions/{name}/{path}", parts[key], None))
    return calls


def write_body(body, folder, name):
    """A file that nobody else can read: it holds the function's secrets."""
    handle = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(body, file)


def write_bodies(document, folder):
    """Prints "PATH FILE [PATH-TO-MAKE-IT FILE]" for each call."""
    for number, (path, body, made) in enumerate(bodies(document)):
        write_body(body, folder, f"{number:02}.json")
        line = f"{path} {number:02}.json"
        if made:
            write_body(made[1], folder, f"{number:02}-new.json")
            line += f" {made[0]} {number:02}-new.json"
        print(line)


def main(arguments):
    if len(arguments) not in (2, 3) or arguments[0] not in ("check", "keys", "bodies") or (len(arguments) == 3) != (arguments[0] == "bodies"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        if arguments[0] == "keys":
            for name, default in names_in(pathlib.Path(arguments[1]).read_text(encoding="utf-8")).items():
                print(name if default is None else f"{name}={default}")
            return 0
        document = load(arguments[1], os.environ)
    except (DescriptorError, OSError) as error:
        print(f"descriptor: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    found = problems(document)
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        return EXIT_BAD_INPUT
    if arguments[0] == "bodies":
        write_bodies(document, arguments[2])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
