// The style sheet of the page, one piece of text.
#pragma once

#include <string_view>

namespace luthier {

inline constexpr std::string_view kPageStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1c2024; --soft: #5b6570; --rule: #dfe3e8; --raised: #f6f7f9;
  --warn: #8a5300; --warn-page: #fff6e5;
  --g0: #0072b2; --g1: #d55e00; --g2: #00805e; --g3: #b0458c;
  --g4: #8a6d00; --g5: #2a9fd6; --g6: #6a4ca3; --g7: #7f5539;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --ink: #e6e9ed; --soft: #9aa5b1; --rule: #323941; --raised: #1d2228;
    --warn: #ffc46b; --warn-page: #2b2416;
    --g0: #5bb4f0; --g1: #ff9b5c; --g2: #4fd1a5; --g3: #eb9fcf;
    --g4: #f0c93a; --g5: #9adcff; --g6: #bda3ec; --g7: #d0a585;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 20px 48px; max-width: 1040px; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
h1 { margin: 0; font-size: 26px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 36px 0 10px; font-size: 18px; }
p { margin: 6px 0; }
.lead, .notes, footer { color: var(--soft); }
.warnings {
  margin: 16px 0; padding: 10px 14px 10px 32px; border-radius: 6px; background: var(--warn-page);
  color: var(--warn);
}
.notes { padding-left: 18px; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 9px; border-bottom: 1px solid var(--rule); text-align: right; }
td { white-space: nowrap; }
th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
th:first-child, td:first-child, .text {
  min-width: 120px; max-width: 340px; text-align: left; white-space: normal; overflow-wrap: break-word;
}
tr.better td { background: var(--raised); }
td.better { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 10px 0; padding: 0; list-style: none; }
.legend li { overflow-wrap: anywhere; }
.key { display: inline-block; width: 22px; margin-right: 7px; border-top: 3px solid; vertical-align: middle; }
.key.again { border-top-style: dashed; }
svg { display: block; width: 100%; height: auto; margin: 4px 0 18px; }
svg text { fill: var(--soft); font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
.grid, .tick, .axis { fill: none; stroke: var(--rule); }
.axis { stroke: var(--soft); }
.curve { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.curve.again { stroke-dasharray: 6 4; }
.band { fill: currentColor; opacity: 0.16; }
.box { fill: currentColor; opacity: 0.2; }
circle { fill: currentColor; opacity: 0.55; }
.whisker, .centre { fill: none; stroke: currentColor; stroke-width: 2; }
.centre { stroke-width: 3; }
.g0 { color: var(--g0); } .g1 { color: var(--g1); } .g2 { color: var(--g2); } .g3 { color: var(--g3); }
.g4 { color: var(--g4); } .g5 { color: var(--g5); } .g6 { color: var(--g6); } .g7 { color: var(--g7); }
footer { margin-top: 40px; font-size: 13px; overflow-wrap: anywhere; }
@media print { body { max-width: none; } h2, svg { break-inside: avoid; } }
)css";

}  // namespace luthier
