#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Serves a finished (or still growing) dub with a player: tools/play.py FOLDER [--port 8080].

Files are sent with byte ranges and the content types that players want. Also used by the browser test, which adds a route of its own.
"""
import argparse
import http.server
import os
import pathlib
import re
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t", ".m4s": "video/iso.segment", ".mp4": "video/mp4",
         ".aac": "audio/aac", ".m4a": "audio/mp4", ".vtt": "text/vtt; charset=utf-8", ".srt": "text/plain; charset=utf-8",
         ".ass": "text/plain; charset=utf-8", ".json": "application/json", ".html": "text/html; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".wav": "audio/wav"}


def player_files():
    """The player's files by their path on the server."""
    web = ROOT / "web"
    hls = web / "node_modules" / "hls.js" / "dist" / "hls.min.js"
    return {"/player/player.html": web / "player.html", "/player/player.js": web / "player.js", "/player/hls.min.js": hls}


def parse_range(header, size):
    """(first, last) of a Range header's single range; None for the whole file; ValueError when it lies behind the end."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header or "")
    if not match or match.group(1) == match.group(2) == "":
        return None
    if match.group(1) == "":
        length = int(match.group(2))
        if length == 0:
            raise ValueError("empty range")
        return max(0, size - length), size - 1
    first = int(match.group(1))
    last = min(int(match.group(2)), size - 1) if match.group(2) else size - 1
    if first >= size or last < first:
        raise ValueError("range behind the end")
    return first, last


class Handler(http.server.BaseHTTPRequestHandler):
    """Files below `folder` at /, the player at /player/. Nothing outside these can be reached."""

    protocol_version = "HTTP/1.1"
    folder = None
    on_post = None  # function(path, bytes), for tests
    quiet = True

    def log_message(self, format, *args):  # the name of the base class's argument
        if not self.quiet:
            super().log_message(format, *args)

    def find(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        if path in player_files():
            return player_files()[path]
        wanted = (self.folder / path.lstrip("/")).resolve()
        return wanted if wanted.is_relative_to(self.folder) else None

    def do_GET(self):
        if urllib.parse.urlsplit(self.path).path == "/":
            self.answer(302, {"Location": "/player/player.html?src=/playlist.m3u8"})
            return
        file = self.find()
        try:
            stream = open(file, "rb") if file else None
        except (OSError, ValueError):
            stream = None
        if stream is None:
            self.answer(404, {}, b"not found\n")
            return
        with stream:
            self.send_file(file, stream)

    do_HEAD = do_GET

    def send_file(self, file, stream):
        size = os.fstat(stream.fileno()).st_size
        headers = {"Content-Type": TYPES.get(file.suffix, "application/octet-stream"), "Accept-Ranges": "bytes",
                   "Cache-Control": "no-cache"}
        try:
            part = parse_range(self.headers.get("Range"), size)
        except ValueError:
            self.answer(416, {"Content-Range": f"bytes */{size}"})
            return
        first, last = part or (0, size - 1)
        if part:
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        self.answer(206 if part else 200, headers, None, last - first + 1)
        if self.command == "HEAD":
            return
        stream.seek(first)
        left = last - first + 1
        try:
            while left > 0 and (piece := stream.read(min(left, 1 << 16))):
                self.wfile.write(piece)
                left -= len(piece)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the player changed its mind

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.on_post is None:
            self.answer(405, {})
            return
        type(self).on_post(self.path, body)
        self.answer(204, {})

    def answer(self, status, headers, body=None, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body or b"") if length is None else length))
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)


def make_server(folder, port=0, on_post=None, quiet=True):
    """A server for `folder` on 127.0.0.1; port 0 takes a free one. Run it with serve_forever()."""
    handler = type("FolderHandler", (Handler,), {
        "folder": pathlib.Path(folder).resolve(), "quiet": quiet,
        "on_post": staticmethod(on_post) if on_post else None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server


def main():
    parser = argparse.ArgumentParser(description="Serves a dub's folder with a player.")
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=8080)
    arguments = parser.parse_args()
    if not os.path.exists(os.path.join(arguments.folder, "playlist.m3u8")):
        sys.exit(f"play: {arguments.folder}/playlist.m3u8 is missing: run make demo first")
    try:
        server = make_server(arguments.folder, arguments.port)
    except OSError as error:
        sys.exit(f"play: port {arguments.port} cannot be used: {error.strerror}; choose another one with make play PORT=...")
    print(f"Open http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
