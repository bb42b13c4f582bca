#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Holds a WaveShift container against function compute's rules: emulator.py [FLAGS] -- COMMAND...

COMMAND starts the server in the foreground, for example `build/release/src/app/waveshift serve` or `chroot ROOT /usr/local/bin/waveshift
serve`; it gets the platform's environment (FC_*, the port in FC_CUSTOM_LISTEN_PORT), a token, and what --env says. It is started several times, one
after the other. Exit 0: every check passed; 1: some did not; 2: wrong flags.
"""
import argparse
import json
import pathlib
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fc_checks  # noqa: E402
import fc_platform  # noqa: E402


def run(site, names, tell):
    """Runs the checks; [{"check", "what", "passed", "seconds", "reason"}]."""
    results = []
    for name, what, function in fc_checks.CHECKS:
        if names and name not in names:
            continue
        begin = time.monotonic()
        reason = ""
        try:
            function(site)
        except fc_platform.Broken as broken:
            reason = str(broken)
        except Exception as error:  # pylint: disable=broad-except
            reason = f"{type(error).__name__}: {error}"
            traceback.print_exc()
        results.append({"check": name, "what": what, "passed": not reason, "seconds": round(time.monotonic() - begin, 1), "reason": reason})
        tell(results[-1])
    return results


def arguments():
    parser = argparse.ArgumentParser(description="Holds a WaveShift container against function compute's rules.")
    parser.add_argument("--port", type=int, default=0, help="where COMMAND listens (default: a free one)")
    parser.add_argument("--env", action="append", default=[], metavar="KEY=VALUE", help="more environment for COMMAND")
    parser.add_argument("--video", help="what is dubbed (default: the repository's example)")
    parser.add_argument("--transcript", help="its transcript in JSON")
    parser.add_argument("--only", action="append", default=[], choices=[check[0] for check in fc_checks.CHECKS], metavar="CHECK",
                        help="one check; may be given several times: " + ", ".join(check[0] for check in fc_checks.CHECKS))
    parser.add_argument("--logs", help="folder for the server's logs (default: a temporary one, shown when something fails)")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="starts the server; put it behind --")
    parsed = parser.parse_args()
    for pair in parsed.env:
        if "=" not in pair:
            parser.error(f"--env {pair}: must be KEY=VALUE")
    return parsed


def main():
    flags = arguments()
    with tempfile.TemporaryDirectory(prefix="waveshift_fc_") as scratch:
        folder = pathlib.Path(flags.logs or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        environment = dict(pair.split("=", 1) for pair in flags.env)
        site = fc_checks.Site(flags.command, flags.port or fc_platform.free_ports(1), folder, environment, flags.video, flags.transcript)

        def tell(result):
            if not flags.json:
                word = "ok    " if result["passed"] else "FAILED"
                print(f"{word} {result['check']:22} {result['seconds']:6.1f} s  {result['reason'] or result['what']}", flush=True)
        results = run(site, flags.only, tell)
        passed = all(result["passed"] for result in results)
        if flags.json:
            print(json.dumps({"passed": passed, "checks": results, "figures": site.notes}))
        else:
            print("figures: " + json.dumps(site.notes))
        if not passed and not flags.logs:
            for log in sorted(folder.glob("*.log")):
                print(f"---- {log.name}, its end\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
