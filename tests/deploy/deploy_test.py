#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""./deploy.sh from outside, with fakes of the other programs that record what they are given: every way that a deployment can end."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import support
from support import HERE, ROOT, VALUES

PATIENCE_S = 300
PREVIOUS = "registry.cn-hangzhou.aliyuncs.com/team/waveshift:before"
SECRETS = {"DEPLOY_REGISTRY_PASSWORD": "registry-password-1", "ALIYUN_ACCESS_KEY_SECRET": "access-secret-2", "DEEPSEEK_API_KEY": "deepseek-3",
           "WAVESHIFT_API_TOKEN": VALUES["WAVESHIFT_API_TOKEN"], "CLOUDFLARE_API_TOKEN": "cloudflare-token-4",
           "CLOUDFLARE_R2_SECRET_ACCESS_KEY": "r2-secret-5", "ALIYUN_ACCESS_KEY_ID": "access-key-6"}
KEYS = {**VALUES, **SECRETS, "NAMESPACE": "team", "DEPLOY_REGISTRY_USER": "somebody"}
del KEYS["DEPLOY_IMAGE"]
TOOLS = ("bash", "env", "git", "grep", "sed", "cut", "sort", "tr", "head", "mktemp", "rm", "mkdir", "date", "sleep", "python3", "awk", "cat",
         "dirname", "nproc", "printf", "true")


class DeployCase(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.repository = self.folder / "repository"
        self.repository.mkdir()
        shutil.copy(ROOT / "deploy.sh", self.repository)
        shutil.copy(ROOT / "CMakeLists.txt", self.repository)
        shutil.copytree(ROOT / "deploy", self.repository / "deploy")
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        for name in TOOLS:
            os.symlink(shutil.which(name, path="/usr/bin:/bin"), self.tools / name)
        self.fakes = self.folder / "fakes"
        self.fakes.mkdir()
        self.fake("docker", "s", "curl", "waveshift")
        self.plan([])
        self.write_env(KEYS)

    def fake(self, *names):
        for name in names:
            shutil.copy(HERE / "fake_cli.py", self.fakes / name)

    def plan(self, steps):
        (self.fakes / "plan.json").write_text(json.dumps(steps), encoding="utf-8")

    def write_env(self, keys):
        text = "".join(f"{key}={value}\n" for key, value in keys.items())
        (self.repository / ".env").write_text("# keys\n" + text, encoding="utf-8")

    def environment(self):
        return {"PATH": f"{self.fakes}:{self.tools}", "HOME": str(self.folder), "DEPLOY_RETRY_SECONDS": "0", "DEPLOY_WAIT_STEP_SECONDS": "0"}

    def deploy(self, *arguments, code=0, env=None):
        done = subprocess.run([str(self.repository / "deploy.sh"), *arguments], env={**self.environment(), **(env or {})}, capture_output=True,
                              text=True, timeout=PATIENCE_S, check=False, cwd=self.folder)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        self.assert_no_secret(done.stdout + done.stderr)
        return done.stdout + done.stderr

    def calls(self):
        path = self.fakes / "calls.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def lines(self):
        """The command lines, the tag of this run as TAG."""
        return [re.sub(r"waveshift:0\.[\w.-]+", "waveshift:TAG", call["line"]) for call in self.calls()]

    def steps(self):
        """Their beginnings."""
        return [" ".join(line.split()[:2]) for line in self.lines()]

    def assert_no_secret(self, text):
        for key, value in SECRETS.items():
            self.assertNotIn(value, text, key)

    def remember(self, image=PREVIOUS):
        folder = self.repository / "build/deploy"
        folder.mkdir(parents=True)
        (folder / "cn-hangzhou.waveshift.image").write_text(image + "\n", encoding="utf-8")

    def remembered(self):
        path = self.repository / "build/deploy/cn-hangzhou.waveshift.image"
        return path.read_text(encoding="utf-8").strip() if path.exists() else None

    def images_deployed(self):
        return [call["env"]["DEPLOY_IMAGE"] for call in self.calls() if call["line"].startswith("s deploy")]


class SuccessTest(DeployCase):
    WHOLE = ["docker build", "docker image", "docker login", "docker push", "s deploy", "s gpu", "s control", "curl --silent", "waveshift verify"]

    def test_the_whole_way(self):
        said = self.deploy()
        self.assertEqual(self.WHOLE, self.steps())
        calls = {" ".join(call["line"].split()[:2]): call for call in self.calls()}
        image = calls["s deploy"]["env"]["DEPLOY_IMAGE"]
        self.assertRegex(image, r"^registry\.cn-hangzhou\.aliyuncs\.com/team/waveshift:0\.1\.0-\w+-\d{14}$")
        self.assertIn(f"--tag {image}", calls["docker build"]["line"])
        self.assertIn("--platform linux/amd64", calls["docker build"]["line"])
        self.assertIn("VARIANT=cuda", calls["docker build"]["line"])
        self.assertTrue(calls["docker push"]["line"].endswith(image))
        self.assertEqual("waveshift verify https://waveshift-abc.cn-hangzhou.fcapp.run --status-url "
                         "https://waveshift-control-abc.cn-hangzhou.fcapp.run --wait 300", calls["waveshift verify"]["line"])
        self.assertIn("https://waveshift-control-abc.cn-hangzhou.fcapp.run/api/health", calls["curl --silent"]["line"])
        self.assertIn("https://waveshift-control-abc", said)
        self.assertEqual(image, self.remembered())

    def test_secrets_go_where_they_are_meant_to_go_only(self):
        self.deploy()
        for call in self.calls():
            self.assert_no_secret(call["line"])
        calls = {" ".join(call["line"].split()[:2]): call for call in self.calls()}
        self.assertEqual(SECRETS["DEPLOY_REGISTRY_PASSWORD"], calls["docker login"]["input"])
        self.assert_no_secret(json.dumps([calls[name]["env"] for name in ("docker build", "docker login", "docker push", "curl --silent")]))
        got = calls["s deploy"]["env"]
        self.assertEqual((support.ACCOUNT, SECRETS["ALIYUN_ACCESS_KEY_ID"], SECRETS["ALIYUN_ACCESS_KEY_SECRET"]),
                         (got["AccountID"], got["AccessKeyID"], got["AccessKeySecret"]))
        self.assertEqual(SECRETS["CLOUDFLARE_R2_SECRET_ACCESS_KEY"], got["CLOUDFLARE_R2_SECRET_ACCESS_KEY"])
        self.assertNotIn("DEPLOY_REGISTRY_PASSWORD", got)
        # s.yaml has defaults for what is not set, and Serverless Devs takes them for names that are not there only.
        self.assertNotIn("GEMINI_API_KEY", got)
        verifier = calls["waveshift verify"]["env"]
        self.assertEqual(SECRETS["WAVESHIFT_API_TOKEN"], verifier["WAVESHIFT_API_TOKEN"])
        self.assertNotIn("AccessKeySecret", verifier)

    def test_parts_of_the_way(self):
        for arguments, wanted in ((["--build-only"], self.WHOLE[:2]), (["--deploy-only"], self.WHOLE[4:]),
                                  (["--skip-push"], self.WHOLE[:2] + self.WHOLE[4:]), (["--skip-verify"], self.WHOLE[:5])):
            with self.subTest(arguments):
                (self.fakes / "calls.jsonl").unlink(missing_ok=True)
                self.deploy(*arguments, env={"IMAGE_TAG": "0.1.0-mine"})
                self.assertEqual(wanted, self.steps())

    def test_flags_go_before_the_file_and_the_environment_too(self):
        self.write_env({**KEYS, "REGION": "cn-beijing", "IMAGE_NAME": "'engine'", "DEPLOY_MODELS": "none # mounted"})
        self.deploy("--region", "cn-shanghai", "--model", "kokoro,kokoro-voices", "--variant", "cpu", env={"NAMESPACE": "others"})
        build = self.calls()[0]["line"]
        self.assertRegex(build, r"registry\.cn-shanghai\.aliyuncs\.com/others/engine:")
        self.assertIn("MODELS=kokoro,kokoro-voices", build)
        self.assertIn("VARIANT=cpu", build)

    def test_another_file_of_keys(self):
        (self.repository / ".env").rename(self.folder / "keys")
        self.deploy("--env-file", str(self.folder / "keys"))
        self.assertEqual(self.WHOLE, self.steps())

    def test_nothing_in_the_file_is_executed(self):
        mark = self.folder / "mark"
        self.write_env({**KEYS, "DEPLOY_REGISTRY_USER": f"$(touch {mark})`touch {mark}`"})
        self.deploy()
        self.assertFalse(mark.exists())

    def test_keys_that_the_functions_do_not_get_are_named(self):
        self.assertNotIn("not handed", self.deploy())
        self.write_env({**KEYS, "TASK_FAILURE_STATUS": "failed", "R2_JURISDICTION": "eu", "D1_TIMEOUT": "9", "WAVESHIFT_LOUDNESS": "-16"})
        said = self.deploy()
        self.assertRegex(said, r"not handed to the functions .*: D1_TIMEOUT WAVESHIFT_LOUDNESS\n")
        handed = [call for call in self.calls() if call["line"].startswith("s deploy")][-1]["env"]
        self.assertEqual(("failed", "eu"), (handed["TASK_FAILURE_STATUS"], handed["R2_JURISDICTION"]))
        self.assertNotIn("D1_TIMEOUT", handed)

    def test_a_dry_run_runs_nothing(self):
        self.write_env({})
        said = self.deploy("--dry-run")
        self.assertEqual([], self.calls())
        for line in ("deploy/image.sh --builder docker", "docker login", "docker push", "s deploy -t deploy/s.yaml -y", "verify https://"):
            self.assertIn(line, said)
        self.assertIn("missing: ", said)
        self.write_env(KEYS)
        self.assertNotIn("missing", self.deploy("--dry-run"))
        self.assertIn("aliyun fc PUT", self.deploy("--dry-run", "--tool", "aliyun"))
        self.assertIsNone(self.remembered())

    def test_one_bad_moment_of_the_registry(self):
        self.plan([{"match": "docker push", "code": 1}])
        self.deploy()
        self.assertEqual(2, self.steps().count("docker push"))
        self.assertIn("waveshift verify", self.steps())


class AliyunTest(DeployCase):
    """Alibaba Cloud's CLI in place of Serverless Devs."""

    def setUp(self):
        super().setUp()
        (self.fakes / "s").unlink()
        self.fake("aliyun")

    def bodies(self):
        return {call["line"].split("--region")[0].strip(): next(iter(call["files"].values())) for call in self.calls() if call.get("files")}

    def test_functions_that_are_there_are_changed(self):
        self.deploy("--deploy-only", env={"IMAGE_TAG": "next"})
        bodies = self.bodies()
        self.assertEqual(7, len(bodies))
        self.assertTrue(all(line.startswith("aliyun fc PUT /2023-03-30/functions/waveshift") for line in bodies))
        mode, text = bodies["aliyun fc PUT /2023-03-30/functions/waveshift"]
        self.assertEqual("0o600", mode)
        body = json.loads(text)
        self.assertEqual("registry.cn-hangzhou.aliyuncs.com/team/waveshift:next", body["customContainerConfig"]["image"])
        self.assertEqual(SECRETS["CLOUDFLARE_API_TOKEN"], body["environmentVariables"]["CLOUDFLARE_API_TOKEN"])
        self.assertIn("https://waveshift-x.cn-hangzhou.fcapp.run", self.lines()[-1])
        for call in self.calls():
            self.assert_no_secret(call["line"])
            for path in call.get("files", {}):
                self.assertFalse(os.path.exists(path), "the file with the secrets is still there")

    def test_functions_that_are_not_there_are_made(self):
        self.plan([{"match": "aliyun fc GET /2023-03-30/functions/waveshift", "code": 1, "times": 2},  # the image before; is it there?
                   {"match": "aliyun fc GET /2023-03-30/functions/waveshift/triggers/http", "code": 1}])
        self.deploy("--deploy-only", env={"IMAGE_TAG": "next"})
        made = [line for line in self.bodies() if line.startswith("aliyun fc POST")]
        self.assertEqual(["aliyun fc POST /2023-03-30/functions", "aliyun fc POST /2023-03-30/functions/waveshift/triggers"], made)
        self.assertEqual("waveshift", json.loads(self.bodies()[made[0]][1])["functionName"])

    def test_an_image_that_is_being_prepared_is_waited_for(self):
        preparing = {"match": "aliyun fc GET /2023-03-30/functions/waveshift --region", "print": '{"state": "Active", "lastUpdateStatus": "InProgress"}'}
        self.plan([{**preparing, "times": 4}])
        said = self.deploy("--deploy-only", env={"IMAGE_TAG": "next"})
        self.assertIn("waveshift is being prepared", said)
        self.plan([{**preparing, "print": '{"state": "Failed"}', "times": 9}])
        self.assertIn("state is Failed", self.deploy("--deploy-only", code=5, env={"IMAGE_TAG": "next"}))

    def test_the_platform_says_what_ran_before(self):
        running = {"match": "aliyun fc GET /2023-03-30/functions/waveshift --region", "print": json.dumps({"customContainerConfig": {"image": PREVIOUS}})}
        self.plan([{**running, "times": 9}, {"match": "aliyun fc PUT /2023-03-30/functions/waveshift-control --region", "code": 1}])
        self.remember("host/team/waveshift:older")
        said = self.deploy("--deploy-only", code=5, env={"IMAGE_TAG": "next"})
        self.assertIn(f"waveshift runs {PREVIOUS} again", said)
        images = [json.loads(text)["customContainerConfig"]["image"].split(":")[-1] for call in self.calls()
                  if re.match(r"aliyun fc PUT /2023-03-30/functions/waveshift(-control)? ", call["line"]) for _, text in call["files"].values()]
        self.assertEqual(["next", "next", "before", "before"], images)


class FailureTest(DeployCase):
    def test_everything_missing_is_named_at_once(self):
        for name in ("docker", "s", "curl", "waveshift"):
            (self.fakes / name).unlink()
        self.write_env({key: value for key, value in KEYS.items() if key not in ("NAMESPACE", "WAVESHIFT_API_TOKEN", "DEPLOY_REGISTRY_PASSWORD")})
        said = self.deploy(code=4)
        self.assertEqual(1, len(said.splitlines()), said)
        for name in ("docker", "s (", "curl", "waveshift", "NAMESPACE", "WAVESHIFT_API_TOKEN", "DEPLOY_REGISTRY_PASSWORD"):
            self.assertIn(name, said)
        for name in ("aliyun", "ALIYUN_ACCOUNT_ID", "DEPLOY_REGISTRY_USER"):
            self.assertNotIn(name, said)

    def test_each_key_is_wanted(self):
        for key in KEYS:
            if key in ("DEEPSEEK_API_KEY",):
                continue
            with self.subTest(key):
                self.write_env({name: value for name, value in KEYS.items() if name != key})
                self.assertIn(f"missing: {key} ", self.deploy(code=4))
        self.assertEqual([], self.calls())
        # A build alone wants none of them.
        self.write_env({})
        self.deploy("--build-only")

    def test_wrong_arguments(self):
        for arguments in (["--bogus"], ["--build-only", "--deploy-only"], ["--region"], ["--tool", "terraform"], ["extra"]):
            self.deploy(*arguments, code=2)
        self.assertIn("usage", self.deploy("--help"))
        self.assertEqual([], self.calls())

    def test_wrong_files(self):
        self.assertIn("nowhere", self.deploy("--env-file", "nowhere", code=3))
        (self.repository / ".env").write_text("REGION=cn-hangzhou\nthis is nothing\n", encoding="utf-8")
        self.assertIn(".env line 2", self.deploy(code=3))
        self.write_env({**KEYS, "IMAGE_TAG": "latest"})
        self.assertIn("IMAGE_TAG", self.deploy(code=3))
        for key, value in (("REGION", "somewhere else"), ("NAMESPACE", "a b;c"), ("NAMESPACE", "-x"), ("IMAGE_NAME", "-v"), ("IMAGE_NAME", "Upper"),
                           ("FUNCTION_NAME", "../../other"), ("FUNCTION_NAME", "Upper"), ("DEPLOY_REGISTRY", "https://host/path")):
            with self.subTest(f"{key}={value}"):
                self.write_env({**KEYS, key: value})
                for arguments in ([], ["--dry-run"]):
                    said = self.deploy(*arguments, code=3)
                    self.assertEqual(1, len(said.splitlines()), said)
                    self.assertIn(f"deploy: {key}: ", said)
        (self.repository / ".env").unlink()
        (self.repository / ".env").mkdir()
        self.assertEqual("deploy: .env: cannot be read\n", self.deploy(code=3))
        self.assertEqual(f"deploy: {self.folder}: cannot be read\n", self.deploy("--env-file", str(self.folder), code=3))
        self.assertEqual([], self.calls())

    def test_what_cannot_be_deployed_is_not_built(self):
        self.write_env({**KEYS, "ALIYUN_ACCOUNT_ID": "somebody"})
        self.assertIn("deploy/s.yaml is wrong", self.deploy(code=3))
        self.assertEqual([], self.calls())

    def test_a_descriptor_that_was_spoilt_is_not_deployed(self):
        path = self.repository / "deploy/s.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("gpuMemorySize: 16384", "gpuMemorySize: 8192"), encoding="utf-8")
        said = self.deploy("--deploy-only", code=3, env={"IMAGE_TAG": "next"})
        self.assertIn("fc.gpu.tesla.1 has 16384", said)
        self.assertEqual([], self.calls())

    def test_the_build_fails(self):
        self.plan([{"match": "docker build", "code": 1}])
        self.assertIn("could not be built", self.deploy(code=1))
        self.assertEqual(["docker build"], self.steps())

    def test_the_login_is_refused(self):
        self.plan([{"match": "docker login", "code": 1, "times": 9}])
        self.assertIn("refused the login", self.deploy(code=5))
        self.assertEqual(3, self.steps().count("docker login"))
        self.assertNotIn("docker push", self.steps())

    def test_the_push_fails(self):
        self.remember()
        self.plan([{"match": "docker push", "code": 1, "times": 9}])
        self.assertIn("could not be pushed", self.deploy(code=5))
        self.assertEqual(3, self.steps().count("docker push"))
        self.assertNotIn("s deploy", self.steps())

    def test_the_deployment_fails(self):
        self.remember()
        self.plan([{"match": "s deploy", "code": 1}])
        said = self.deploy(code=5)
        self.assertIn(f"waveshift runs {PREVIOUS} again", said)
        new, back = self.images_deployed()
        self.assertNotEqual(PREVIOUS, new)
        self.assertEqual(PREVIOUS, back)
        self.assertNotIn("waveshift verify", self.steps())
        self.assertEqual(PREVIOUS, self.remembered())

    def test_the_first_deployment_fails(self):
        self.plan([{"match": "s deploy", "code": 1}])
        self.assertIn("no image before", self.deploy(code=5))
        self.assertEqual(1, len(self.images_deployed()))
        self.assertIsNone(self.remembered())

    def test_it_does_not_work(self):
        for step in ({"match": "waveshift verify", "code": 1}, {"match": "curl", "code": 22, "times": 3}, {"match": "s gpu info", "code": 1},
                     {"match": "s control info", "print": '{"control": {}}'}):
            with self.subTest(step["match"]):
                shutil.rmtree(self.repository / "build", ignore_errors=True)
                (self.fakes / "calls.jsonl").unlink(missing_ok=True)
                self.remember()
                self.plan([step])
                self.assertIn("does not work", self.deploy(code=5))
                self.assertEqual(PREVIOUS, self.images_deployed()[-1])
                self.assertEqual(PREVIOUS, self.remembered())

    def test_going_back_fails_as_well(self):
        self.remember()
        self.plan([{"match": "s deploy", "code": 1, "times": 2}])
        said = self.deploy(code=5)
        self.assertIn("IMAGE_TAG=before ./deploy.sh --deploy-only", said)

    def interrupt(self, step, how):
        """Sends a signal while the fake of `step` hangs; what was said."""
        (self.fakes / "hanging").unlink(missing_ok=True)
        (self.fakes / "calls.jsonl").unlink(missing_ok=True)
        self.plan([{"match": step, "hang": True}])
        process = subprocess.Popen([str(self.repository / "deploy.sh")], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, cwd=self.folder)
        end = time.monotonic() + PATIENCE_S
        while not (self.fakes / "hanging").exists():
            self.assertLess(time.monotonic(), end)
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        process.send_signal(how)
        said, _ = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(130, process.returncode, said)
        self.assertTrue(any(line.startswith(f"ended: {step}") for line in self.lines()), self.lines())
        self.assertIn("interrupted", said)
        self.assert_no_secret(said)
        return said

    def test_interrupted(self):
        self.remember()
        self.interrupt("docker push", signal.SIGTERM)
        self.assertEqual("docker push", self.steps()[-2])  # the last line says that it was ended
        self.assertEqual([], self.images_deployed())
        for step, how in (("s deploy", signal.SIGINT), ("waveshift verify", signal.SIGTERM)):
            with self.subTest(step):
                self.assertIn(f"waveshift runs {PREVIOUS} again", self.interrupt(step, how))
                self.assertEqual(PREVIOUS, self.images_deployed()[-1])
                self.assertEqual(PREVIOUS, self.remembered())


if __name__ == "__main__":
    unittest.main()
