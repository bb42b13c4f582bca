# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What tests of the program on D1 and R2 share: Cloudflare's own engines as a process, and the product's rows in them."""
import json
import subprocess
import urllib.error
import urllib.request

from support import PATIENCE_S, ROOT

D1_TOKEN = "d1-token-of-the-test-peer"
SECRETS = (D1_TOKEN, "test-secret-access-key", "test-access-key", "temporary-secret-access-key", "a-session+token/with=signs==")
PUBLIC = "https://media.example.com"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class Peer:
    """tests/cloud/peer.mjs as a process."""

    def __init__(self):
        self.process = subprocess.Popen(["node", str(ROOT / "tests/cloud/peer.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write("url\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("tests/cloud/peer.mjs does not start: run ./setup.sh")
        self.url = json.loads(line)["url"]
        self.process.stdout.readline()

    def close(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()

    def reset(self, schema="V4"):
        schemas = json.loads((ROOT / "tests/cloud/schemas.json").read_text(encoding="utf-8"))
        self.ask("reset", {"schema": schemas[schema]})

    def settings(self):
        """The configuration of a program that works on this peer."""
        return {"CLOUDFLARE_ACCOUNT_ID": "test-account", "CLOUDFLARE_API_TOKEN": D1_TOKEN, "CLOUDFLARE_D1_DATABASE_ID": "test-database",
                "CLOUDFLARE_R2_ACCESS_KEY_ID": "test-access-key", "CLOUDFLARE_R2_SECRET_ACCESS_KEY": "test-secret-access-key",
                "CLOUDFLARE_R2_BUCKET_NAME": "media", "CLOUDFLARE_API_BASE_URL": self.url + "/client/v4", "R2_ENDPOINT_URL": self.url,
                "R2_PUBLIC_BASE_URL": PUBLIC}

    def post(self, what, wanted=None):
        request = urllib.request.Request(f"{self.url}/_peer/{what}", json.dumps({} if wanted is None else wanted).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.read()

    def ask(self, what, wanted=None):
        return json.loads(self.post(what, wanted) or "null")

    def object(self, key):
        """An object's bytes, not by S3; None when there is none."""
        try:
            return self.post("get", {"key": key})
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None

    def sql(self, sql):
        return self.ask("sql", {"sql": sql})

    def log(self, part=""):
        return [entry for entry in self.ask("log") if part in entry["target"]]

    def add_task(self, task_id, path, lines, status="completed", language="spanish"):
        """A task as the product's workflow leaves it: transcribed, "completed", a repeated step in its segments."""
        self.sql("INSERT OR IGNORE INTO users (id, email, createdAt, updatedAt) VALUES ('u 1', 'u@example.com', 1, 1)")
        self.sql("INSERT INTO media_tasks (id, user_id, created_at, file_name, file_size, file_type, file_path, video_path, target_language, status, "
                 f"progress, transcription_id) VALUES ({quoted(task_id)}, 'u 1', 1754000000000, 'v.mp4', 5, 'video/mp4', 'x', {quoted(path)}, "
                 f"'{language}', '{status}', 100, {quoted(task_id + '-tr')})")
        self.sql("INSERT INTO transcriptions (id, task_id, target_language, style, total_segments, created_at) VALUES "
                 f"({quoted(task_id + '-tr')}, {quoted(task_id)}, '{language}', 'normal', 0, 1754000000000)")
        rows = [({**line, "translation": "versión antigua"}, index) for index, line in enumerate(lines[:2])] + [(line, index) for index, line in enumerate(lines)]
        values = ", ".join(f"({quoted(task_id + '-tr')}, {line.get('sequence', index + 1)}, {line['start_ms']}, {line['end_ms']}, 'speech', "
                           f"{quoted(line.get('speaker', 'A'))}, '', {quoted(line['translation'])})" for line, index in rows)
        self.sql("INSERT INTO transcription_segments (transcription_id, sequence, start_ms, end_ms, content_type, speaker, original, translation) "
                 f"VALUES {values}")

    def row(self, task_id):
        return self.sql(f"SELECT * FROM media_tasks WHERE id = {quoted(task_id)}")[0]
