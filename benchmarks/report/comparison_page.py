"""docs/comparison.md: each benchmark owns the section between its marks."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"


def write_section(bench, text):
    """Puts `text` between the marks of `./dev bench BENCH`, at the end of the page if there are none."""
    begin, end = (f"<!-- {edge}: ./dev bench {bench} -->" for edge in ("begin", "end"))
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Comparison\n"
    if begin not in page:
        page = f"{page.rstrip()}\n\n{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
