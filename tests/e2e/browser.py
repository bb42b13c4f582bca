# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""For tests: a page in headless Chromium that says what it sees."""
import json
import shutil
import subprocess
import sys
import tempfile
import threading

import support

sys.path.insert(0, str(support.ROOT / "tools"))
import play  # noqa: E402  (found through the path above)

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
         "--autoplay-policy=no-user-gesture-required"]


class BrowserCase(support.Case):
    def setUp(self):
        super().setUp()
        self.browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        self.assertTrue(self.browser, "chromium is missing: run ./setup.sh")
        self.states = []  # what pages have posted, as they came

    def serve(self, folder):
        """The port of a server for the folder, which takes what pages post."""
        server = play.make_server(folder, on_post=lambda path, body: self.states.append(json.loads(body)))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()

        def stop():
            server.shutdown()
            server.server_close()
            thread.join()
        self.addCleanup(stop)
        return server.server_address[1]

    def open_page(self, url):
        """The browser's process, ended with the test."""
        profile = tempfile.TemporaryDirectory(prefix="waveshift_chromium_", ignore_cleanup_errors=True)
        self.addCleanup(profile.cleanup)
        # Its own process group, so that the browser's helpers end with it.
        process = subprocess.Popen([self.browser, *FLAGS, f"--user-data-dir={profile.name}", url], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)

        def end():
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)
        self.addCleanup(end)
        return process
