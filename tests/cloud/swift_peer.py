#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""OpenStack Swift with its S3 API, as a second S3 server that checks signatures with code of its own: swift_peer.py.

All four servers (proxy, account, container, object) run in this process, on 127.0.0.1, with their data in a folder that goes with it. To every
line on standard input it answers {"url": ...} and the line "end"; it ends when standard input ends. Access key test:tester, secret testing.
"""
import eventlet

eventlet.monkey_patch()

import json
import logging
import os
import pathlib
import sys
import tempfile

from eventlet import wsgi

CONFIG = {
    "object": "[DEFAULT]\ndevices = {root}\nmount_check = false\n[pipeline:main]\npipeline = object-server\n[app:object-server]\nuse = egg:swift#object\n",
    "container": "[DEFAULT]\ndevices = {root}\nmount_check = false\n[pipeline:main]\npipeline = container-server\n[app:container-server]\nuse = egg:swift#container\n",
    "account": "[DEFAULT]\ndevices = {root}\nmount_check = false\n[pipeline:main]\npipeline = account-server\n[app:account-server]\nuse = egg:swift#account\n",
    "proxy": """[DEFAULT]
swift_dir = {root}
[pipeline:main]
pipeline = catch_errors listing_formats s3api tempauth slo dlo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = auto
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
""",
}


class Cache:
    """What Swift asks of memcached, in this process."""

    def __init__(self):
        self.values = {}

    def get(self, key, raise_on_error=False):
        return self.values.get(key)

    def set(self, key, value, serialize=True, time=0, min_compress_len=0, raise_on_error=False):
        self.values[key] = value

    def incr(self, key, delta=1, time=0):
        self.values[key] = max(0, int(self.values.get(key, 0)) + delta)
        return self.values[key]

    def delete(self, key, server_key=None):
        self.values.pop(key, None)

    def get_multi(self, keys, server_key):
        return [self.values.get(key) for key in keys]

    def set_multi(self, mapping, server_key, serialize=True, time=0, min_compress_len=0):
        self.values.update(mapping)


def with_cache(app):
    cache = Cache()

    def cached(env, start_response):
        env["swift.cache"] = cache
        return app(env, start_response)
    return cached


def make_rings(root, ports):
    from swift.common.ring import RingBuilder
    for name in ("account", "container", "object"):
        builder = RingBuilder(part_power=1, replicas=1, min_part_hours=0)
        builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": ports[name], "replication_ip": "127.0.0.1",
                         "replication_port": ports[name], "device": "disk", "weight": 1, "meta": ""})
        builder.rebalance()
        builder.get_ring().save(f"{root}/{name}.ring.gz")


def serve(root):
    """Starts the servers; gives the proxy's port."""
    import swift.common.utils as utils
    (root / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = of-a-test\n", encoding="utf-8")
    utils.SWIFT_CONF_FILE = str(root / "swift.conf")
    utils.HASH_PATH_SUFFIX = b"of-a-test"
    from swift.common.http_protocol import SwiftHttpProtocol
    from swift.common.wsgi import loadapp
    (root / "disk").mkdir()
    sockets = {name: eventlet.listen(("127.0.0.1", 0)) for name in CONFIG}
    ports = {name: socket.getsockname()[1] for name, socket in sockets.items()}
    make_rings(root, ports)
    quiet = logging.getLogger("quiet")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    for name, text in CONFIG.items():
        config = root / f"{name}-server.conf"
        config.write_text(text.format(root=root), encoding="utf-8")
        app = loadapp(str(config), global_conf={"log_name": name})
        app = with_cache(app) if name == "proxy" else app
        eventlet.spawn_n(wsgi.server, sockets[name], app, quiet, protocol=SwiftHttpProtocol, max_size=256)
    return ports["proxy"]


def main():
    with tempfile.TemporaryDirectory(prefix="swift-peer-") as folder:
        answer = json.dumps({"url": f"http://127.0.0.1:{serve(pathlib.Path(folder))}"}) + "\nend\n"
        lines = eventlet.tpool.Proxy(sys.stdin)
        while lines.readline():
            sys.stdout.write(answer)
            sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
