// The style sheet of a comparison inside a page, one piece of text. The page has the colours
// --page, --raised, --text, --quiet and --line.
#pragma once

#include <string_view>

namespace luthier {

inline constexpr std::string_view kComparisonStyle = R"css(
.comparison {
  --warn: #8a5300; --warn-page: #fff6e5;
  --g0: #0072b2; --g1: #d55e00; --g2: #00805e; --g3: #b0458c;
  --g4: #8a6d00; --g5: #2a9fd6; --g6: #6a4ca3; --g7: #7f5539;
}
@media (prefers-color-scheme: dark) {
  .comparison {
    --warn: #ffc46b; --warn-page: #2b2416;
    --g0: #5bb4f0; --g1: #ff9b5c; --g2: #4fd1a5; --g3: #eb9fcf;
    --g4: #f0c93a; --g5: #9adcff; --g6: #bda3ec; --g7: #d0a585;
  }
}
.comparison .lead, .comparison .notes { color: var(--quiet); }
.comparison .warnings {
  margin: 1rem 0; padding: 0.6rem 0.9rem 0.6rem 2rem; border-radius: 6px;
  background: var(--warn-page); color: var(--warn);
}
.comparison .notes { padding-left: 1.2rem; }
.comparison .wide { overflow-x: auto; }
.comparison th, .comparison td { text-align: right; }
.comparison td { white-space: nowrap; }
.comparison th { white-space: normal; vertical-align: bottom; }
.comparison :is(th, td):first-child, .comparison .text {
  min-width: 8rem; max-width: 22rem; text-align: left; white-space: normal; overflow-wrap: break-word;
}
.comparison tr.better td { background: var(--raised); }
.comparison td.better { font-weight: 600; }
.comparison .legend { margin: 0.6rem 0; color: var(--text); }
.comparison .legend li { display: block; overflow-wrap: anywhere; }
.comparison .key {
  display: inline-block; width: 22px; margin-right: 7px; border-top: 3px solid; vertical-align: middle;
}
.comparison .key.again { border-top-style: dashed; }
.comparison svg { max-width: 60rem; margin: 0.3rem 0 1.2rem; }
.comparison svg text { font-family: inherit; }
.comparison :is(.grid, .tick, .axis) { fill: none; stroke: var(--line); }
.comparison .axis { stroke: var(--quiet); }
.comparison .curve { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.comparison .curve.again { stroke-dasharray: 6 4; }
.comparison .band { fill: currentColor; opacity: 0.16; }
.comparison .box { fill: currentColor; opacity: 0.2; }
.comparison circle { fill: currentColor; opacity: 0.55; }
.comparison :is(.whisker, .centre) { fill: none; stroke: currentColor; stroke-width: 2; }
.comparison .centre { stroke-width: 3; }
.g0 { color: var(--g0); } .g1 { color: var(--g1); } .g2 { color: var(--g2); } .g3 { color: var(--g3); }
.g4 { color: var(--g4); } .g5 { color: var(--g5); } .g6 { color: var(--g6); } .g7 { color: var(--g7); }
@media print { .comparison :is(h2, svg) { break-inside: avoid; } }
)css";

}  // namespace luthier
