from cli.newsroom import *
import time, resource, signal
from contextlib import contextmanager
import sqlite3, os
@contextmanager
def limit(n):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n, hard))
    try: yield
    finally: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
import shutil
def test_a(room, tmp_path):
    def pub(n):
        for f in room.folder.glob("syndicate.db*"): f.unlink()
        shutil.rmtree(room.feed, ignore_errors=True)
        room.api.posts.clear(); room.api.requests.clear()
        room.write(uri="tag:kantor.example,2026-05-04:x")
        with limit(n):
            a= room.run("publish","kabar.md")
        sizes={f.name:f.stat().st_size for f in room.folder.glob("syndicate.db*")}
        print(n, a.code, len(room.posts), len(room.entries), a.err[-220:], sizes)
        a=room.run("status"); print("  status", a.code, a.out[-400:])
        a=room.run("publish", "kabar.md"); print("   again", a.code, len(room.posts), len(room.entries), a.said[-300:] if a.code else "")
    for n in [4096,40000, *range(140000,400000,20000), 1000000]:
        pub(n)
