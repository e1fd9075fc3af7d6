"""Writes docs/comparison.md: each benchmark owns the section between its markers."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"


def write_section(bench, text):
    """Puts `text` between the markers of `./dev bench BENCH`; adds them at the end of the page if missing."""
    begin, end = (f"<!-- {edge}: ./dev bench {bench} -->" for edge in ("begin", "end"))
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Comparison with other tools\n"
    if begin not in page:
        page = f"{page.rstrip()}\n\n{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
