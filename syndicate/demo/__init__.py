"""The whole job without any account: an office's day, played against servers started here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def demo(folder: Path) -> Iterator[str]:
    """Play the day, leave everything in ``folder``, and say what to look at.

    An earlier demo there is replaced; UsageError where anything else is in the folder.
    """
    from syndicate.demo import export, scenario, setup
    from syndicate.demo.page import page
    from syndicate.loopback.botapi import LOOPBACK_TOKEN, BotApi
    from syndicate.loopback.smtp import SmtpServer

    setup.clear(folder)
    yield "an office's day, with real adapters and servers on this machine …"
    with BotApi(chats={"@kabar": -1001000000001}) as api, SmtpServer() as smtp:
        settings = setup.furnish(folder, api=api.url, token=LOOPBACK_TOKEN, smtp=smtp.url)
        played = scenario.play(settings, api, smtp)
    posts, letters = export.posts(folder, played), export.letters(folder, played)
    (folder / "index.html").write_text(page(folder, played), encoding="utf-8")
    edits = sum(len(post.sayings) - 1 for post in played.posts)
    yield f"{folder / 'index.html'}  open this: everything as its readers see it"
    yield f"{folder / 'public' / 'feed'}  the feed: rss.xml, atom.xml, feed.json"
    yield f"{folder / 'posts'}  {len(posts)} posts with their {edits} edits"
    yield f"{folder / 'letters'}  {len(letters)} letters"
    yield f"syndicate --config {folder / 'config.toml'} status  what is where, from the ledger"
