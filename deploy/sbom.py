#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What is in the container, as SPDX 2.3: deploy/sbom.py --root DIR --version V --revision R --created TIME

Writes DIR/usr/share/waveshift/sbom.spdx.json: the program, the Debian packages of which a file is there (DIR/var/lib/dpkg/status.d), the libraries
that come from other registries (tools/onnxruntime.json, tools/ggml.json, web/package.json) and the models whose files are there
(share/models.json). The same root gives the same document.
"""
import argparse
import hashlib
import json
import pathlib
import platform
import re
import sys
from urllib.parse import quote

SOURCE = pathlib.Path(__file__).resolve().parents[1]
RECORDS = "var/lib/dpkg/status.d"
PLACE = "usr/share/waveshift/sbom.spdx.json"


def identifier(*words):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", "-".join(words))


def package(kind, name, version, purl="", **more):
    made = {"SPDXID": identifier(kind, name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION", **more}
    if purl:
        made["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]
    return made


def checksum(value):
    return [{"algorithm": "SHA256", "checksumValue": value}]


def debian_packages(root):
    for record in sorted((root / RECORDS).iterdir()):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", record.read_text(encoding="utf-8"), re.MULTILINE))
        copyright_file = f"usr/share/doc/{fields['Package']}/copyright"
        comments = f"Licences: /{copyright_file}" if (root / copyright_file).is_file() else "Licences: in the source package"
        purl = f"pkg:deb/debian/{quote(fields['Package'])}@{quote(fields['Version'], safe='')}?arch={fields['Architecture']}"
        yield package("deb", fields["Package"], fields["Version"], purl, supplier=f"Organization: Debian ({fields['Maintainer']})",
                      sourceInfo=f"source package {fields.get('Source', fields['Package'])}", licenseComments=comments)


def pins(name):
    return json.loads((SOURCE / name).read_text(encoding="utf-8"))


def libraries(root):
    """Of other registries. Each only when it is there."""
    if any(root.glob("usr/local/lib/**/libonnxruntime.so*")):
        pin = pins("tools/onnxruntime.json")["library"][platform.machine()]
        yield package("library", "onnxruntime", pin["version"], f"pkg:pypi/{pin['package']}@{pin['version']}", licenseDeclared="MIT",
                      checksums=checksum(pin["sha256"]))
    if any(root.glob("usr/local/lib/**/libggml*.so*")):
        pin = pins("tools/ggml.json")
        source = pin["source"]
        yield package("library", "ggml", pin["version"], f"pkg:pypi/{source['package']}@{source['version']}", licenseDeclared="MIT",
                      checksums=checksum(source["sha256"]), sourceInfo="built from this source package (tools/fetch_ggml.py)")
    for name, version in pins("web/package.json")["dependencies"].items():
        yield package("library", name, version, f"pkg:npm/{quote(name, safe='/')}@{version}", licenseDeclared="Apache-2.0",
                      comment="part of the program: the page at /ui/")


def models(root):
    """Each with the one file that says most about it; the catalogue in the image has all of them."""
    folder = root / "opt/waveshift/models"
    for model in pins("share/models.json")["models"]:
        files = [file for file in model["files"] if not file.get("optional")]
        if files and all((folder / file["path"]).is_file() for file in files):
            largest = max(files, key=lambda file: file.get("size", file.get("about_size", 0)))
            more = {"checksums": checksum(largest["sha256"])} if "sha256" in largest else {}
            # SPDX 2.3 has no purpose "model"; its data are files.
            yield package("model", model["name"], model["title"], primaryPackagePurpose="FILE", licenseComments=model["licence"],
                          comment=f"/opt/waveshift/models/{largest['path']} and what belongs to it", **more)


def document(root, version, revision, created):
    program = package("program", "waveshift", version, licenseDeclared="Apache-2.0", primaryPackagePurpose="APPLICATION",
                      sourceInfo=f"revision {revision}", copyrightText="Copyright 2026 the WaveShift authors")
    parts = [*debian_packages(root), *libraries(root), *models(root)]
    made = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"waveshift-{version}",
            "documentNamespace": "", "creationInfo": {"created": created, "creators": ["Tool: waveshift-deploy-sbom"]},
            "packages": [program, *parts],
            "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": program["SPDXID"]}] +
                             [{"spdxElementId": program["SPDXID"], "relationshipType": "DEPENDS_ON", "relatedSpdxElement": part["SPDXID"]}
                              for part in parts]}
    digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()
    # A name, not an address: nothing lies there.
    made["documentNamespace"] = f"https://spdx.org/spdxdocs/waveshift-{version}-{digest[:32]}"
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, required=True)
    for name in ("version", "revision", "created"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", arguments.created):
        print(f"sbom: --created must be like 2026-01-31T12:00:00Z, not {arguments.created}", file=sys.stderr)
        return 2
    place = arguments.root / PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(arguments.root, arguments.version, arguments.revision, arguments.created), indent=1)
    place.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
