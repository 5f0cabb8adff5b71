"""Every page can be found from the README, and no link leads nowhere."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def _linked(page):
    return {(page.parent / target).resolve() for target in LINK.findall(page.read_text())}


def test_every_page_is_reachable_and_every_link_leads_somewhere():
    seen, to_read = set(), [ROOT / "README.md"]
    while to_read:
        page = to_read.pop()
        seen.add(page)
        for target in _linked(page):
            assert target.exists(), f"{page.name} links to {target}"
            if target.suffix == ".md" and target not in seen:
                to_read.append(target)
    pages = {*(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.md")}
    assert len(pages) > 10
    assert pages - seen == set()
