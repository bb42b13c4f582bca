#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What can be known of the container image without building it: the Dockerfile's stages and promises, the scripts of its stages on a small root, the
bill of materials, the installation rules, the service. The image itself: tests/deploy/image_check.py."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from support import DEPLOY, ROOT

sbom = support.module(DEPLOY / "sbom.py")
root_fs = support.module(DEPLOY / "root_fs.py")
BUILD = pathlib.Path(os.environ.get("WAVESHIFT_BUILD_DIR", ROOT / "build/release"))


def instructions():
    """[(word, rest)] of the Dockerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line and not line.startswith("#")]


class DockerfileTest(unittest.TestCase):
    def setUp(self):
        self.all = instructions()
        last = max(i for i, (word, _) in enumerate(self.all) if word == "FROM")
        self.final = self.all[last:]

    def test_stages(self):
        self.assertEqual(["${BASE} AS root", "scratch"], [rest for word, rest in self.all if word == "FROM"])
        # Whatever built it stays behind: the last stage copies one folder and runs nothing.
        self.assertEqual(["--from=root /rootfs /"], [rest for word, rest in self.final if word in ("COPY", "ADD")])
        self.assertNotIn("RUN", [word for word, _ in self.final])

    def test_promises(self):
        words = dict(self.final)
        self.assertEqual("10001:10001", words["USER"])
        self.assertEqual(root_fs.USER_ID, 10001)
        self.assertEqual(["/usr/local/bin/waveshift"], json.loads(words["ENTRYPOINT"]))
        self.assertEqual(["serve"], json.loads(words["CMD"]))
        check = json.loads(words["HEALTHCHECK"].split("CMD ", 1)[1])
        self.assertEqual(["/usr/local/bin/waveshift", "health"], check[:2])
        self.assertRegex(words["LABEL"], r"org\.opencontainers\.image\.version=.*org\.opencontainers\.image\.revision=")
        self.assertIn("9000", words["EXPOSE"].split())
        folders = dict(pair.split("=", 1) for pair in words["ENV"].split())
        self.assertTrue(all(folders[name].startswith("/tmp") for name in ("HOME", "XDG_CACHE_HOME", "WAVESHIFT_HOME")))
        keys = support.configuration_keys()
        self.assertEqual([], [name for name in folders if name.startswith("WAVESHIFT_") and name not in keys])
        # They would be stronger than what the platform says.
        self.assertFalse({"SERVER_PORT", "SERVER_HOST", "PORT"} & set(folders))

    def test_arguments_are_declared_where_they_are_used(self):
        known, problems = set(), []
        for word, rest in self.all:
            if word == "FROM":
                known = set() if known else {"BASE"}
            if word == "ARG":
                known.add(rest.split("=")[0])
            problems += [f"{word} {name}" for name in re.findall(r"\$\{?([A-Z]+)\}?", rest) if name not in known | {"BASE"}]
        self.assertEqual([], problems)

    def test_what_is_sent_to_the_build(self):
        """Everything that a build from source reads, and nothing that may hold a secret."""
        lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        self.assertEqual("*", lines[0])
        kept = {line[1:] for line in lines if line.startswith("!")}
        self.assertLessEqual({"CMakeLists.txt", "CMakePresets.json", "setup.sh", "src", "cmake", "web", "tools", "share", "deploy", "NOTICE"}, kept)
        self.assertEqual([], [name for name in kept if not (ROOT / name).exists() and name != "build/image"])
        self.assertLessEqual({"**/.env", "**/*.pem", "**/node_modules"}, set(lines))

    def test_packages_exist(self):
        """Debian's by the machine's own lists, when it has them; CUDA's are pinned and not newer than the platform's driver."""
        pins = re.findall(r"^(nvidia-[\w-]+)==([\d.]+)$", (DEPLOY / "cuda-requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertLessEqual({"nvidia-cuda-nvcc", "nvidia-nvvm", "nvidia-cuda-crt", "nvidia-cuda-runtime", "nvidia-cuda-cccl"}, {name for name, _ in pins})
        self.assertTrue(all(version.startswith("13.0.") for _, version in pins), pins)
        setup = (ROOT / "setup.sh").read_text(encoding="utf-8")
        names = re.search(r"runtime_packages=\(([^)]*)\)", setup)[1].split()
        self.assertEqual([], [name for name in names if not re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name)])
        there = subprocess.run(["dpkg-query", "-W", "-f=${Package}\n", *names], capture_output=True, text=True, check=False).stdout.split()
        self.assertEqual([], sorted(set(names) - {name.split(":")[0] for name in there}))


class ScriptsTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def test_shell_scripts_are_clean(self):
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.sh"], cwd=ROOT, check=True,
                                capture_output=True).stdout.decode()
        names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
        self.assertGreater(len(names), 8)
        done = subprocess.run(["shellcheck", *names], cwd=ROOT, capture_output=True, text=True, check=False)
        self.assertEqual("", done.stdout + done.stderr)

    def image(self, *arguments, code=0, path=None, env=None):
        done = subprocess.run([str(DEPLOY / "image.sh"), *arguments], env={**os.environ, **({"PATH": path} if path else {}), **(env or {})},
                              capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(code, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_image_sh(self):
        for arguments in (["--bogus"], ["--variant", "tpu"], ["--variant", "cuda", "--program", "prebuilt"], ["--tag"], ["--models", "a b"],
                          ["--builder", "docker", "--check"]):
            self.image(*arguments, code=2)
        self.assertIn("usage", self.image("--help"))
        tools = self.folder / "tools"
        tools.mkdir()
        for name in ("bash", "dirname", "sed", "git"):
            os.symlink(shutil.which(name), tools / name)
        self.assertIn("buildah is missing", self.image("--builder", "buildah", code=4, path=str(tools)))
        for name in ("docker", "buildah", "mmdebstrap"):
            (tools / name).write_text("#!/bin/bash\nexit 9\n", encoding="ascii")
            (tools / name).chmod(0o755)
        path = f"{tools}:/usr/bin:/bin"
        plan = self.image("--builder", "docker", "--variant", "cuda", "--models", "none", "--dry-run", "--tag", "a:1", path=path)
        self.assertRegex(plan, r"docker build --platform linux/amd64 .*VARIANT=cuda.*MODELS=none.*--file deploy/Dockerfile --tag a:1 \.")
        plan = self.image("--builder", "buildah", "--models", "none", "--dry-run", path=path)
        self.assertRegex(plan, r"buildah .* bud --isolation chroot .*--file deploy/Dockerfile")

        # The machine's own settings of the network, by the names that the stages look for.
        for name in ("ca.pem", ".npmrc", "pip.conf"):
            (self.folder / name).write_text("x", encoding="ascii")
        settings = {"HOME": str(self.folder), "NODE_EXTRA_CA_CERTS": "", "SSL_CERT_FILE": str(self.folder / "ca.pem"),
                    "NPM_CONFIG_USERCONFIG": str(self.folder / ".npmrc"), "PIP_CONFIG_FILE": str(self.folder / "pip.conf")}
        for builder in ("docker", "buildah"):
            plan = self.image("--builder", builder, "--models", "none", "--dry-run", path=path, env=settings)
            given = dict(re.findall(r"--secret id=(\w+)\\?,src=(\S+)", plan))
            self.assertEqual({"ca_certificates": settings["SSL_CERT_FILE"], "npmrc": settings["NPM_CONFIG_USERCONFIG"],
                              "pip_conf": settings["PIP_CONFIG_FILE"]}, given)
            runs = [rest for word, rest in instructions() if word == "RUN" and "type=secret" in rest]
            self.assertTrue(runs and all(f"id={name}" in rest for rest in runs for name in given), runs)
        gone = {**settings, "SSL_CERT_FILE": "/nowhere", "NPM_CONFIG_USERCONFIG": "/nowhere", "PIP_CONFIG_FILE": "/nowhere"}
        plan = self.image("--builder", "docker", "--models", "none", "--dry-run", path=path, env=gone)
        self.assertNotRegex(plan, r"id=(ca_certificates|npmrc)|/nowhere")

    def test_the_stages_use_the_settings_that_are_handed_in(self):
        """As they are: what is absent or empty changes nothing."""
        script = f". {DEPLOY}/build_settings.sh; printf '%s\\n' \"$PIP_CERT\" \"$NODE_EXTRA_CA_CERTS\" \"$SSL_CERT_FILE\" \"$NPM_CONFIG_USERCONFIG\" \"$PIP_CONFIG_FILE\""
        names = ("PIP_CERT", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "NPM_CONFIG_USERCONFIG", "PIP_CONFIG_FILE")

        def settings():
            env = {**{name: "before" for name in names}, "PATH": os.environ["PATH"], "BUILD_SECRETS": str(self.folder)}
            done = subprocess.run(["bash", "-euc", script], env=env, capture_output=True, text=True, check=True)
            return done.stdout.split()

        self.assertEqual(["before"] * 5, settings())
        (self.folder / "npmrc").touch()
        self.assertEqual(["before"] * 5, settings())
        for name in ("ca_certificates", "npmrc", "pip_conf"):
            (self.folder / name).write_text("x", encoding="ascii")
        self.assertEqual([str(self.folder / name) for name in ("ca_certificates",) * 3 + ("npmrc", "pip_conf")], settings())

    def test_in_root_refuses_what_is_no_image(self):
        done = subprocess.run([str(DEPLOY / "in_root.sh"), str(self.folder), "true"], capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (3, 4))
        self.assertIn("in_root: ", done.stderr)

    def test_a_root_has_what_a_program_links(self):
        root = root_fs.Root(self.folder / "root")
        root_fs.add_frame(root)
        root.add_program("/usr/bin/espeak-ng")
        done = subprocess.run(["ldd", "/usr/bin/espeak-ng"], capture_output=True, text=True, check=True).stdout
        names = re.findall(r"^\s*(\S+) => /", done, re.MULTILINE)
        self.assertGreater(len(names), 3)
        held = {path.name for path in (self.folder / "root/usr").rglob("*")}
        self.assertEqual([], [name for name in names if name not in held])
        # Every link leads to something inside.
        for path in (self.folder / "root").rglob("*"):
            if path.is_symlink():
                target = path.readlink()
                inside = (self.folder / "root" / str(target).lstrip("/")) if target.is_absolute() else path.parent / target
                self.assertTrue(inside.exists(), f"{path} -> {target}")
        owners = root_fs.packages_of(root.files)
        self.assertLessEqual({"libc6", "espeak-ng"}, set(owners))
        root_fs.add_package_records(root, owners)
        self.assertIn("Package: libc6", (self.folder / "root/var/lib/dpkg/status.d/libc6").read_text(encoding="utf-8"))
        self.assertTrue((self.folder / "root/usr/share/doc/libc6/copyright").is_file())
        self.assertEqual(0o1777, (self.folder / "root/tmp").stat().st_mode & 0o7777)
        with self.assertRaisesRegex(root_fs.RootError, "is missing"):
            root.add("/usr/lib/nothing.so.1")

    def test_the_bill_of_materials(self):
        root = self.folder
        (root / "var/lib/dpkg/status.d").mkdir(parents=True)
        (root / "var/lib/dpkg/status.d/libc6").write_text(
            "Package: libc6\nStatus: install ok installed\nMaintainer: GNU Libc Maintainers <x@y>\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u1\n",
            encoding="utf-8")
        (root / "usr/local/lib/waveshift").mkdir(parents=True)
        (root / "usr/local/lib/waveshift/libggml.so.0").touch()
        vad = next(model for model in json.loads((ROOT / "share/models.json").read_text(encoding="utf-8"))["models"] if model["name"] == "silero-vad")
        for file in vad["files"]:
            (root / "opt/waveshift/models" / file["path"]).parent.mkdir(parents=True, exist_ok=True)
            (root / "opt/waveshift/models" / file["path"]).touch()
        command = [str(DEPLOY / "sbom.py"), "--root", str(root), "--version", "0.1.0", "--revision", "abc", "--created", "2026-01-31T12:00:00Z"]
        subprocess.run(command, check=True)
        place = root / sbom.PLACE
        first = place.read_text(encoding="utf-8")
        bill = json.loads(first)
        packages = {package["name"]: package for package in bill["packages"]}
        self.assertEqual({"waveshift", "libc6", "ggml", "hls.js", "silero-vad"}, set(packages))
        self.assertEqual("pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64", packages["libc6"]["externalRefs"][0]["referenceLocator"])
        self.assertIn("glibc", packages["libc6"]["sourceInfo"])
        self.assertRegex(packages["ggml"]["checksums"][0]["checksumValue"], "^[0-9a-f]{64}$")
        identifiers = {package["SPDXID"] for package in bill["packages"]}
        for link in bill["relationships"]:
            self.assertLessEqual({link["spdxElementId"], link["relatedSpdxElement"]}, identifiers | {"SPDXRef-DOCUMENT"})
        self.assertEqual(len(bill["packages"]), len(bill["relationships"]))
        subprocess.run(command, check=True)
        self.assertEqual(first, place.read_text(encoding="utf-8"))
        command[-1] = "yesterday"
        self.assertEqual(2, subprocess.run(command, capture_output=True, check=False).returncode)


class InstallTest(unittest.TestCase):
    """make install, for people without containers."""

    def test_what_is_installed_runs_from_there(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["cmake", "--install", str(BUILD), "--prefix", f"{folder}/usr"], check=True, capture_output=True)
            program = pathlib.Path(folder, "usr/bin/waveshift")
            done = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
            for name in ("libonnxruntime", "libggml"):
                line = next(line for line in done.splitlines() if name in line)
                self.assertRegex(line, rf"=> ({re.escape(folder)}|/usr/)")
            version = subprocess.run([str(program), "version", "--json"], cwd=folder, env={"HOME": folder}, capture_output=True, text=True, check=True)
            self.assertEqual("waveshift", json.loads(version.stdout)["name"])
            service = next(pathlib.Path(folder).rglob("waveshift.service"))
            self.assertEqual("usr/lib/systemd/system", str(service.parent.relative_to(folder)))

    def test_the_service(self):
        text = (DEPLOY / "waveshift.service").read_text(encoding="utf-8")
        for line in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "SystemCallFilter=@system-service"):
            self.assertIn(f"\n{line}\n", text)
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not there")
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder, "waveshift.service")
            unit.write_text(text.replace("/usr/local/bin/waveshift", "/bin/true"), encoding="utf-8")
            done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
            self.assertEqual((0, ""), (done.returncode, done.stderr))


if __name__ == "__main__":
    unittest.main()
