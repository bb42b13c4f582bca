#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes .env.template: tools/env_template.py PROGRAM > .env.template (make env-template)

Every configuration key as the program itself lists it (waveshift config --json), grouped, with its meaning, what may be set and its default; then
the keys of ./deploy.sh. All values are empty, and empty counts as not set, so the file can be copied to .env as it is.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

# The first group whose pattern fits takes a key.
GROUPS = [
    ("The server", r"SERVER_|WAVESHIFT_(API_TOKEN|ROLE|EXECUTION|TIME_|SELF_URL|MAX_UPLOAD|SPEECH_)|TASK_FAILURE_STATUS|LOG_LEVEL|WAVESHIFT_LOG_|WAVESHIFT_WORKER_|MEDIA_URL_"),
    ("The cloud: Cloudflare D1 and R2. All six CLOUDFLARE_ keys without a default, or none: then the stores are local",
     r"CLOUDFLARE_|R2_|D1_"),
    ("Shortening lines that are too long", r"TRANSLATION_MODEL|\w+_(API_KEY|BASE_URL|MODEL)$|WAVESHIFT_(SHORTENING|LENGTHENING)"),
    ("Models", r"WAVESHIFT_(MODEL_DIR|MODEL_CATALOGUE|MODEL_MIRROR|OFFLINE|HUGGINGFACE|MODELSCOPE)"),
    ("Folders, engine and device", r"WAVESHIFT_(HOME|ENGINE|DEVICE)$"),
    ("The original sound and reference clips", r"VOCAL_SEPARATION|ENABLE_VOCAL|AUDIO_(SEPARATOR|CLIP)|WAVESHIFT_(BACKGROUND|SEPARATOR)"),
    ("Synthesis and mix", r"TARGET_SR|\w+_VOLUME$|WAVESHIFT_(DUCKING|TONE_MATCH|LOUDNESS)|AUDIO_OVERLAP|SILENCE_FADE|NORMALIZATION|TTS_BATCH|SAVE_|"
                          r"CLEANUP_|ENABLE_HLS"),
    ("Everything else", r""),
]
# Read by ./deploy.sh and deploy/s.yaml, not by the program: key, meaning, default.
DEPLOYMENT = [
    ("ALIYUN_ACCOUNT_ID", "number of the Alibaba Cloud account", ""),
    ("ALIYUN_ACCESS_KEY_ID", "key of a RAM user that may deploy functions", ""),
    ("ALIYUN_ACCESS_KEY_SECRET", "its secret", ""),
    ("REGION", "region of functions, registry and logs", "cn-hangzhou"),
    ("FUNCTION_NAME", "name of the GPU function; the other one is NAME-control", "waveshift"),
    ("NAMESPACE", "namespace in the image registry", ""),
    ("IMAGE_NAME", "repository in that namespace", "waveshift"),
    ("IMAGE_TAG", "tag of the image", "version, commit and time"),
    ("DEPLOY_REGISTRY", "host of the image registry", "registry.REGION.aliyuncs.com"),
    ("DEPLOY_REGISTRY_USER", "who logs in there", ""),
    ("DEPLOY_REGISTRY_PASSWORD", "the registry's own password, not an access key", ""),
    ("DEPLOY_VARIANT", "cuda, or cpu for an image without CUDA's kernels", "cuda"),
    ("DEPLOY_MODELS", "models in the image: default, none, or names as waveshift models list has them", "default"),
    ("DEPLOY_TOKEN_KEY", "public half of the key that WAVESHIFT_API_TOKEN is signed with; deploy/make_token.sh makes both", ""),
    ("DEPLOY_IMAGE", "whole name of the image, for s deploy by hand; ./deploy.sh makes it of the keys above", ""),
]
WIDTH = 110
HEAD = """# Configuration of WaveShift: copy it to .env and fill in what you need. Nothing has to be set; an empty value counts as not set.
# docs/configuration.md says more. Made by tools/env_template.py (make env-template).
"""


def entry(key, meaning, values, default):
    text = meaning[0].upper() + meaning[1:] + (f". {values}" if values else "") + (f". Default: {default}" if default else "")
    return "\n".join(textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)) + f"\n{key}=\n"


def defaults(program):
    """The keys, as somebody sees them who has configured nothing; HOME stands for their own folder."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([str(pathlib.Path(program).resolve()), "config", "--json"], cwd=folder, env={"HOME": folder}, check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout.replace(folder, "~"))["settings"]


def render(settings):
    parts = [HEAD]
    left = list(settings)
    for title, pattern in GROUPS:
        mine = [each for each in left if re.match(pattern, each["key"])]
        left = [each for each in left if each not in mine]
        if mine:
            parts.append(f"\n# === {title} ===\n")
            parts += [entry(each["key"], each["help"], each["values"], each["value"]) for each in mine]
    parts.append("\n# === Deployment on Function Compute: ./deploy.sh ===\n")
    parts += [entry(key, meaning, "", default) for key, meaning, default in DEPLOYMENT]
    return "".join(parts)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: tools/env_template.py PROGRAM > .env.template")
    sys.stdout.write(render(defaults(sys.argv[1])))
