# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the deployment share: the descriptors with everything filled in, and the vendor's tools."""
import importlib.util
import json
import os
import pathlib
import re
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/deploy"
DEPLOY = ROOT / "deploy"
BIN = pathlib.Path(os.environ.get("WAVESHIFT_BIN", ROOT / "build/release/src/app/waveshift")).resolve()
ACCOUNT = "1234567890123456"
REGION = "cn-hangzhou"
IMAGE = f"registry.{REGION}.aliyuncs.com/team/waveshift:0.1.0-abc"
# As long as real ones are.
TOKEN = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + "b" * 110 + "." + "s" * 342
VALUES = {"ALIYUN_ACCOUNT_ID": ACCOUNT, "DEPLOY_IMAGE": IMAGE, "DEPLOY_TOKEN_KEY": "n" * 342, "WAVESHIFT_API_TOKEN": TOKEN,
          "CLOUDFLARE_ACCOUNT_ID": "a" * 32, "CLOUDFLARE_API_TOKEN": "t" * 40, "CLOUDFLARE_D1_DATABASE_ID": "d" * 36,
          "CLOUDFLARE_R2_ACCESS_KEY_ID": "k" * 32, "CLOUDFLARE_R2_SECRET_ACCESS_KEY": "s" * 64, "CLOUDFLARE_R2_BUCKET_NAME": "waveshift-media",
          "DEEPSEEK_API_KEY": "e" * 60}


def module(path):
    """A Python file of the repository that is no package."""
    spec = importlib.util.spec_from_file_location(pathlib.Path(path).stem, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


descriptor = module(DEPLOY / "descriptor.py")
env_template = module(ROOT / "tools/env_template.py")


def run_node(script, value):
    done = subprocess.run(["node", str(HERE / script)], input=json.dumps(value), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def configuration_keys():
    return {each["key"]: each for each in env_template.defaults(BIN)}


class Template:
    """A ROS template; `resources` have their functions filled in."""

    def __init__(self, name, **parameters):
        self.document = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
        self.parameters = {key: parameters.get(key, form.get("Default")) for key, form in self.document["Parameters"].items()}
        missing = [key for key, value in self.parameters.items() if value is None]
        assert not missing, f"{name}: {missing}"
        self.parameters |= {"ALIYUN::Region": REGION, "ALIYUN::TenantId": ACCOUNT}
        self.raw = self.document["Resources"]
        self.resources = {key: self.fill(value) for key, value in self.raw.items()}

    def fill(self, value):
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"}:
            return self.parameters[value["Ref"]]
        if set(value) == {"Fn::Sub"}:
            return re.sub(r"\$\{([\w:]+)\}", lambda match: str(self.parameters[match[1]]), value["Fn::Sub"])
        if set(value) == {"Fn::GetAtt"}:
            return self.attribute(*value["Fn::GetAtt"])
        return {key: self.fill(item) for key, item in value.items()}

    def attribute(self, resource, name):
        properties = self.raw[resource]["Properties"]
        if name == "Arn":
            return f"acs:ram::{ACCOUNT}:role/{self.fill(properties['RoleName'])}"
        return self.fill(properties[name])


def template():
    """template.yml with the values that s.yaml gets."""
    return Template("template.yml", Image=IMAGE, TokenKey=VALUES["DEPLOY_TOKEN_KEY"], ApiToken=TOKEN,
                    CloudflareAccountId=VALUES["CLOUDFLARE_ACCOUNT_ID"], CloudflareApiToken=VALUES["CLOUDFLARE_API_TOKEN"],
                    CloudflareD1DatabaseId=VALUES["CLOUDFLARE_D1_DATABASE_ID"], R2AccessKeyId=VALUES["CLOUDFLARE_R2_ACCESS_KEY_ID"],
                    R2SecretAccessKey=VALUES["CLOUDFLARE_R2_SECRET_ACCESS_KEY"], R2BucketName=VALUES["CLOUDFLARE_R2_BUCKET_NAME"],
                    DeepseekApiKey=VALUES["DEEPSEEK_API_KEY"])


def s_yaml():
    return descriptor.load(DEPLOY / "s.yaml", VALUES)
