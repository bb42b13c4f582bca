#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The descriptors of deploy/: right by the vendor's validators and by the documented fields, equal to each other, true to the program's own keys."""
import copy
import json
import re
import sqlite3
import subprocess
import tempfile
import unittest

import support
from support import ACCOUNT, DEPLOY, HERE, REGION, ROOT, VALUES, Template, descriptor

# CloudMonitor's metrics of the namespace acs_fc for functions, as the vendor's page of 2025-04-23 lists them.
METRICS = {"FunctionFunctionErrors", "FunctionServerErrors", "FunctionClientErrors", "FunctionAvgDuration", "FunctionMaxDuration",
           "FunctionTotalInvocations", "FunctionGPUMemoryUsagePercent", "FunctionGPUSMPercent", "FunctionLatencyAvg",
           "FunctionAsyncMessagesBacklogV2", "FunctionAsyncMessageLatencyMax", "FunctionAsyncEventExpiredDropped", "FunctionDestinationErrors",
           "FunctionResourceThrottles", "FunctionConcurrencyThrottles", "FunctionProvisionedCurrentInstance"}
# Documented properties of a type that the vendor's npm packages do not have.
QUEUE = {"QueueName": (str, None), "DelaySeconds": (int, (0, 604800)), "MaximumMessageSize": (int, (1024, 65536)),
         "MessageRetentionPeriod": (int, (60, 604800)), "VisibilityTimeout": (int, (1, 43200)), "PollingWaitSeconds": (int, (0, 30))}
# What the API of 2023-03-30 takes for a function (SDK 4.7.6), as far as it is used here.
FUNCTION_FIELDS = {"cpu", "customContainerConfig", "description", "diskSize", "environmentVariables", "functionName", "gpuConfig", "handler",
                   "instanceConcurrency", "instanceLifecycleConfig", "internetAccess", "logConfig", "memorySize", "role", "runtime", "timeout"}
SECRET = re.compile(r"TOKEN|SECRET|API_KEY|ACCESS_KEY")


def problems_of_queue(properties):
    found = [] if properties.get("QueueName") else ["QueueName is missing"]
    for name, value in properties.items():
        kind, limits = QUEUE.get(name, (None, None))
        if kind is None or not isinstance(value, kind) or (limits and not limits[0] <= value <= limits[1]):
            found.append(f"{name}: {value!r}")
    return found


class VendorTest(unittest.TestCase):
    """The vendor's own tools."""

    def verdicts(self, resources):
        return support.run_node("check_ros.mjs", {key: {"Type": each["Type"], "Properties": each["Properties"]}
                                                  for key, each in resources.items()})

    def test_templates_pass(self):
        for made in (support.template(), Template("base.yml"), Template("monitoring.yml")):
            queues = {key: each for key, each in made.resources.items() if each["Type"] == "ALIYUN::MNS::Queue"}
            self.assertEqual([], [problem for each in queues.values() for problem in problems_of_queue(each["Properties"])])
            others = {key: each for key, each in made.resources.items() if key not in queues}
            self.assertGreater(len(others), 2)
            self.assertEqual({key: None for key in others}, self.verdicts(others))

    def test_the_validators_see_what_is_wrong(self):
        good = support.template().resources

        def spoilt(resource, change):
            changed = copy.deepcopy(good[resource])
            change(changed)
            return changed
        wrong = {
            "too long": spoilt("GpuFunction", lambda it: it["Properties"].update(Timeout=99999)),
            "unknown": spoilt("GpuFunction", lambda it: it["Properties"].update(InstanceType="fc.gpu.tesla.1")),
            "missing": spoilt("GpuFunction", lambda it: it["Properties"].pop("Runtime")),
            "no number": spoilt("GpuProvision", lambda it: it["Properties"].update(DefaultTarget="many")),
            "too often": spoilt("GpuAsync", lambda it: it["Properties"].update(MaxAsyncRetryAttempts=9)),
            "deep": spoilt("GpuFunction", lambda it: it["Properties"]["CustomContainerConfig"]["HealthCheckConfig"].update(Url="/")),
            "old type": spoilt("GpuFunction", lambda it: it.update(Type="ALIYUN::FC3::Service")),
        }
        verdicts = self.verdicts(wrong)
        self.assertEqual([], [name for name, verdict in verdicts.items() if verdict is None])
        self.assertIn("HealthCheckConfig.Url", verdicts["deep"])
        self.assertIn("InstanceType", verdicts["unknown"])

    def preview(self, environment):
        # It leaves a process behind that still writes its log for a moment.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
            return subprocess.run([str(HERE / "node_modules/.bin/s"), "preview", "-t", str(DEPLOY / "s.yaml"), "-o", "json"], cwd=home,
                                  env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, **environment}, capture_output=True, text=True,
                                  timeout=300, check=False)

    def test_serverless_devs_reads_the_same(self):
        done = self.preview(VALUES)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertEqual(support.s_yaml(), json.loads(done.stdout[done.stdout.index("{"):]))

    def test_nothing_is_deployed_without_a_secret(self):
        for missing in ("WAVESHIFT_API_TOKEN", "CLOUDFLARE_R2_SECRET_ACCESS_KEY", "DEPLOY_TOKEN_KEY"):
            environment = {key: value for key, value in VALUES.items() if key != missing}
            self.assertNotEqual(0, self.preview(environment).returncode)
            with self.assertRaisesRegex(descriptor.DescriptorError, missing):
                descriptor.load(DEPLOY / "s.yaml", environment)

    def test_a_token_is_one_by_its_key(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [str(DEPLOY / "make_token.sh"), f"{folder}/key.pem", "30"]
            lines = dict(line.split("=", 1) for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
            again = dict(line.split("=", 1) for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
            mode = subprocess.run(["stat", "-c", "%a", f"{folder}/key.pem"], capture_output=True, text=True, check=True).stdout.strip()
        self.assertEqual("600", mode)
        self.assertEqual(lines["DEPLOY_TOKEN_KEY"], again["DEPLOY_TOKEN_KEY"])
        self.assertNotEqual(lines["WAVESHIFT_API_TOKEN"], again["WAVESHIFT_API_TOKEN"])
        claims = support.run_node("check_token.mjs", {"token": lines["WAVESHIFT_API_TOKEN"], "n": lines["DEPLOY_TOKEN_KEY"]})
        self.assertEqual(30 * 86400, claims["exp"] - claims["iat"])
        forged = lines["WAVESHIFT_API_TOKEN"].split(".")
        forged[1] = again["WAVESHIFT_API_TOKEN"].split(".")[1]
        self.assertIsNone(support.run_node("check_token.mjs", {"token": ".".join(forged), "n": lines["DEPLOY_TOKEN_KEY"]}))
        document = descriptor.load(DEPLOY / "s.yaml", VALUES | lines)
        self.assertEqual([], descriptor.problems(document))


class CheckerTest(unittest.TestCase):
    """deploy/descriptor.py: s.yaml is right, and each mistake is named with its place."""

    def found(self, change):
        document = support.s_yaml()
        change(document["resources"]["gpu"]["props"])
        return descriptor.problems(document)

    def assert_found(self, words, change):
        self.assertTrue(any(words in problem for problem in self.found(change)), f"{words} is not in {self.found(change)}")

    def test_ours_is_right(self):
        self.assertEqual([], descriptor.problems(support.s_yaml()))

    def test_fields(self):
        self.assert_found("props.instanceType: there is no such field", lambda p: p.update(instanceType="x"))
        self.assert_found("props: runtime is missing", lambda p: p.pop("runtime"))
        self.assert_found("props.timeout: must be a number from 1 to 86400", lambda p: p.update(timeout=86401))
        self.assert_found("props.timeout: must be a number", lambda p: p.update(timeout="7200"))
        self.assert_found("props.internetAccess: must be true or false", lambda p: p.update(internetAccess="yes"))
        self.assert_found("props.runtime: must be one of custom-container", lambda p: p.update(runtime="python3.10"))
        self.assert_found("healthCheckConfig.timeoutSeconds: must be a number from 1 to 3",
                          lambda p: p["customContainerConfig"]["healthCheckConfig"].update(timeoutSeconds=5))
        self.assert_found("initializer.timeout: must be a number from 1 to 300",
                          lambda p: p["instanceLifecycleConfig"]["initializer"].update(timeout=600))
        self.assert_found("preStop: handler or command", lambda p: p["instanceLifecycleConfig"]["preStop"].update(command=["x"]))
        self.assert_found("maxAsyncRetryAttempts: must be", lambda p: p["asyncInvokeConfig"].update(maxAsyncRetryAttempts=9))
        self.assert_found("destination: has not the form", lambda p: p["asyncInvokeConfig"]["destinationConfig"]["onFailure"].update(
            destination="queue"))
        self.assert_found("cpu: must be a multiple of 0.05", lambda p: p.update(cpu=0.33))
        self.assert_found("diskSize: must be one of 512, 10240", lambda p: p.update(diskSize=2048))
        self.assert_found("project: has not the form", lambda p: p["logConfig"].update(project="Logs_1"))

    def test_cards(self):
        def card(**change):
            return lambda p: (p["gpuConfig"].update({k: v for k, v in change.items() if k.startswith("gpu")}),
                              p.update({k: v for k, v in change.items() if not k.startswith("gpu")}))
        self.assert_found("fc.gpu.tesla.1 has 16384", card(gpuMemorySize=8192))
        self.assert_found("gpuType: must be one of", card(gpuType="fc.gpu.ampere.1", gpuMemorySize=24576))
        self.assert_found("fc.gpu.ada.1 comes with 4 or 8 or 16 cpu, not 12", card(gpuType="fc.gpu.ada.1", gpuMemorySize=49152, cpu=12))
        self.assert_found("fc.gpu.ada.2 does not come with 98304 MB", card(gpuType="fc.gpu.ada.2", gpuMemorySize=24576, cpu=16,
                                                                         memorySize=98304))
        self.assert_found("1 to 4 GB of memorySize for each cpu", card(cpu=2))
        self.assert_found("fc.gpu.tesla.1 comes with 0.05 to 8 cpu", card(cpu=16))
        self.assertEqual([], self.found(card(gpuType="fc.gpu.ada.1", gpuMemorySize=49152, cpu=16, memorySize=65536)))

    def test_environment(self):
        self.assert_found("FC_RUNTIME_API: a letter first", lambda p: p["environmentVariables"].update(FC_RUNTIME_API="x"))
        self.assert_found("1KEY: a letter first", lambda p: p["environmentVariables"].update({"1KEY": "x"}))
        self.assert_found("are more than the 4096", lambda p: p["environmentVariables"].update(LONG="x" * 4000))
        self.assert_found("NUMBER: must be text", lambda p: p["environmentVariables"].update(NUMBER=5))

    def test_schedule(self):
        actions = lambda p: p["provisionConfig"]["scheduledActions"]  # noqa: E731
        self.assert_found("must be cron(second minute", lambda p: actions(p)[0].update(scheduleExpression="cron(0 8 * * *)"))
        self.assert_found("timeZone is missing", lambda p: actions(p)[0].pop("timeZone"))
        self.assert_found("startTime: has not the form", lambda p: actions(p)[0].update(startTime="2026-01-01"))
        self.assert_found("exclude each other", lambda p: p.update(scalingConfig={"minInstances": 1}))

    def test_doors(self):
        config = lambda p: p["triggers"][0]["triggerConfig"]  # noqa: E731
        self.assert_found("anonymous lets everybody start a GPU", lambda p: (config(p).update(authType="anonymous"),
                                                                             config(p).pop("authConfig")))
        self.assert_found("authType jwt and authConfig belong together", lambda p: config(p).pop("authConfig"))
        self.assert_found("authType: must be one of", lambda p: config(p).update(authType="ANONYMOUS"))
        self.assert_found("keys[0].n: has not the form", lambda p: config(p)["authConfig"]["jwks"]["keys"][0].update(n="short"))
        self.assert_found("only one HTTP trigger for LATEST", lambda p: p["triggers"].append(copy.deepcopy(p["triggers"][0])))

    def test_images(self):
        for image in ("host/team/waveshift:latest", "host:5000/team/waveshift", "waveshift"):
            self.assert_found("wants a tag of its own", lambda p, it=image: p["customContainerConfig"].update(image=it))

    def test_two_functions_of_one_name(self):
        self.assert_found("two functions are called waveshift-control", lambda p: p.update(functionName="waveshift-control"))

    def test_what_is_no_descriptor(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            for words, text in (("resources", "a: 1\n"), ("mapping values", "a: b: c\n"), ("nothere", "resources: {a: '${vars.nothere}'}\n")):
                file.seek(0)
                file.truncate()
                file.write(text)
                file.flush()
                done = subprocess.run([str(DEPLOY / "descriptor.py"), "check", file.name], capture_output=True, text=True, check=False)
                self.assertEqual((3, 1), (done.returncode, len(done.stderr.splitlines())), done.stderr)
                self.assertIn(words, done.stderr)
        self.assertEqual(2, subprocess.run([str(DEPLOY / "descriptor.py")], capture_output=True, check=False).returncode)


def as_members(value, raw=("EnvironmentVariables", "TriggerConfig")):
    """Names as s.yaml has them: FunctionName -> functionName."""
    if isinstance(value, list):
        return [as_members(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key[0].lower() + key[1:]: item if key in raw else as_members(item) for key, item in value.items()}


class AgreementTest(unittest.TestCase):
    """One deployment, said twice; and what the program itself says."""

    @classmethod
    def setUpClass(cls):
        cls.template = support.template()
        cls.functions = {key: each["props"] for key, each in support.s_yaml()["resources"].items()}
        cls.keys = support.configuration_keys()

    def of_template(self, kind, name):
        found = [each["Properties"] for each in self.template.resources.values()
                 if each["Type"] == f"ALIYUN::FC3::{kind}" and each["Properties"]["FunctionName"] == name]
        self.assertLessEqual(len(found), 1)
        made = as_members(found[0]) if found else None
        if made and kind != "Function":
            for field in ("functionName", "qualifier"):
                made.pop(field, None)
        return made

    def test_both_say_the_same(self):
        for props in self.functions.values():
            props = copy.deepcopy(props)
            name = props["functionName"]
            self.assertEqual(REGION, props.pop("region"))
            for field, kind in (("asyncInvokeConfig", "AsyncInvokeConfig"), ("concurrencyConfig", "ConcurrencyConfig"),
                                ("provisionConfig", "ProvisionConfig")):
                self.assertEqual(props.pop(field, None), self.of_template(kind, name), f"{name}: {field}")
            trigger, = props.pop("triggers")
            self.assertEqual("LATEST", trigger.pop("qualifier"))
            other = self.of_template("Trigger", name)
            if "authConfig" in other["triggerConfig"]:
                other["triggerConfig"]["authConfig"] = json.loads(other["triggerConfig"]["authConfig"])
            self.assertEqual(trigger, other)
            self.assertEqual(props, self.of_template("Function", name))

    def test_the_base_is_that_of_the_template(self):
        base = Template("base.yml")
        self.assertEqual(4, len(base.raw))
        self.assertEqual(base.raw, {key: self.template.raw[key] for key in base.raw})
        role = base.resources["FunctionRole"]["Properties"]["RoleName"]
        for props in self.functions.values():
            self.assertEqual(f"acs:ram::{ACCOUNT}:role/{role}", props["role"])
            self.assertEqual(base.resources["LogProject"]["Properties"]["Name"], props["logConfig"]["project"])
            self.assertEqual(base.resources["LogStore"]["Properties"]["LogstoreName"], props["logConfig"]["logstore"])
        # Log projects are named after the function, and have no capitals.
        script = re.search(r"FUNCTION_NAME =~ \^(\S+)\$ ", (ROOT / "deploy.sh").read_text(encoding="utf-8"))
        for made in (base, self.template):
            self.assertEqual(script[1], made.document["Parameters"]["FunctionName"]["AllowedPattern"])
        queue = base.resources["DeadLetters"]["Properties"]["QueueName"]
        self.assertIn(f"/queues/{queue}/", self.functions["gpu"]["asyncInvokeConfig"]["destinationConfig"]["onFailure"]["destination"])

    def test_the_role_may_do_nothing_else(self):
        policy, = self.template.resources["FunctionRole"]["Properties"]["Policies"]
        allowed = {action: each["Resource"] for each in policy["PolicyDocument"]["Statement"] for action in each["Action"]}
        self.assertEqual({"log:PostLogStoreLogs", "mns:SendMessage"}, set(allowed))
        for resources in allowed.values():
            self.assertTrue(all(ACCOUNT in each and "*" not in each for each in resources), resources)

    def test_variables_are_keys_of_the_program(self):
        for props in self.functions.values():
            self.assertEqual([], [key for key in props["environmentVariables"] if key not in self.keys])
            for key, value in props["environmentVariables"].items():
                words = self.keys[key]["values"].split(", ")
                if value and len(words) > 1 and not any(" to " in word for word in words):
                    self.assertIn(value, words, key)

    def test_the_small_function_has_no_card_and_runs_nothing(self):
        control = self.functions["control"]
        self.assertNotIn("gpuConfig", control)
        self.assertEqual("control", control["environmentVariables"]["WAVESHIFT_ROLE"])
        self.assertLessEqual(control["cpu"], 1)
        self.assertEqual(control["customContainerConfig"]["image"], self.functions["gpu"]["customContainerConfig"]["image"])

    def test_secrets_are_parameters_that_are_not_shown(self):
        parameters = self.template.document["Parameters"]
        seen = 0
        for each in self.template.raw.values():
            for key, value in each["Properties"].get("EnvironmentVariables", {}).items():
                if SECRET.search(key):
                    seen += 1
                    self.assertEqual({"Ref"}, set(value), key)
                    self.assertTrue(parameters[value["Ref"]].get("NoEcho"), key)
        self.assertGreater(seen, 10)
        source = (DEPLOY / "s.yaml").read_text(encoding="utf-8")
        for key, value in re.findall(r"^ {8}([A-Z]\w+): (.*)$", source, re.MULTILINE):
            if SECRET.search(key):
                self.assertRegex(value, rf"^\$\{{env\('{key}'(, '')?\)\}}$")

    def test_alarms_are_on_metrics_that_exist(self):
        made = Template("monitoring.yml")
        names = {props["functionName"] for props in self.functions.values()}
        self.assertGreater(len(made.resources), 8)
        for each in made.resources.values():
            rule = each["Properties"]
            self.assertIn(rule["MetricName"], METRICS)
            self.assertEqual("acs_fc", rule["Namespace"])
            for resource in rule["Resources"]:
                self.assertEqual(("", REGION), (resource["serviceName"], resource["region"]))
                self.assertIn(resource["functionName"], names)

    def test_calls_of_the_api(self):
        calls = descriptor.bodies(support.s_yaml())
        paths = [path for path, _, _ in calls]
        self.assertEqual(len(paths), len(set(paths)))
        for path, body, new in calls:
            if path.count("/") == 1:
                self.assertEqual(("functions", body | {"functionName": path.split("/")[1]}), new)
                self.assertEqual(set(), set(new[1]) - FUNCTION_FIELDS)
            if "/triggers/" in path:
                self.assertEqual({"qualifier", "triggerConfig"}, set(body))
                config = json.loads(body["triggerConfig"])
                self.assertEqual("waveshift" in path and "control" not in path, "authConfig" in config)
                if "authConfig" in config:
                    self.assertEqual("RSA", json.loads(config["authConfig"])["jwks"]["keys"][0]["kty"])
        self.assertTrue(any(path.endswith("/provision-config?qualifier=LATEST") for path in paths))

    def test_the_template_of_env_is_complete(self):
        text = (ROOT / ".env.template").read_text(encoding="utf-8")
        self.assertEqual(support.env_template.render(list(self.keys.values())), text, "run make env-template")
        listed = re.findall(r"^([A-Z]\w*)=(.*)$", text, re.MULTILINE)
        names = [name for name, _ in listed]
        deployment = [name for name, _, _ in support.env_template.DEPLOYMENT]
        self.assertEqual(sorted([*self.keys, *deployment]), sorted(names))
        self.assertEqual([""] * len(listed), [value for _, value in listed])
        self.assertNotIn("Everything else", text)
        used = (ROOT / "deploy.sh").read_text(encoding="utf-8")
        wanted = descriptor.names_in((DEPLOY / "s.yaml").read_text(encoding="utf-8"))
        self.assertEqual([], [name for name in wanted if name not in names])
        self.assertEqual([], [name for name in deployment if name not in wanted and not re.search(rf"\b{name}\b", used)])

    def test_a_copy_of_it_changes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            (support.pathlib.Path(folder) / ".env").write_text((ROOT / ".env.template").read_text(encoding="utf-8"), encoding="utf-8")
            done = subprocess.run([str(support.BIN), "config", "--json"], cwd=folder, env={"HOME": folder}, check=True, capture_output=True, text=True)
        after = {each["key"]: each for each in json.loads(done.stdout.replace(folder, "~"))["settings"]}
        self.assertEqual(self.keys, after)


class DatabaseTest(unittest.TestCase):
    """deploy/d1.sql, for whoever has no database of the product."""

    def columns(self, sql):
        database = sqlite3.connect(":memory:")
        self.addCleanup(database.close)
        database.executescript(sql)
        tables = [name for name, in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index') ORDER BY name")]
        return {table: database.execute("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?)", (table,)).fetchall()
                for table in tables}

    def test_it_makes_the_tables_that_the_stores_are_tested_with(self):
        ours = (DEPLOY / "d1.sql").read_text(encoding="utf-8")
        theirs = json.loads((ROOT / "tests/cloud/schemas.json").read_text(encoding="utf-8"))["V4"]
        self.assertEqual(self.columns(";".join(theirs)), self.columns(ours))
        self.assertEqual(self.columns(ours), self.columns(ours + ours), "it may be run again")


if __name__ == "__main__":
    unittest.main()
