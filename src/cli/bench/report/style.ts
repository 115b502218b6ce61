import { type Markup, markup } from './markup.ts';

/** The style of the report: light, dark and printed, without anything that has to be fetched. */
export const reportStyle: Markup = markup`<style>
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1b2430; --soft: #5b6777; --line: #dfe4ea; --panel: #f5f7f9; --note: #fff6df;
  --c0: #1f6fb8; --c1: #cc5a0a; --c2: #1d8250; --c3: #7b4fa3; --c4: #c2303f;
  --c5: #0d7f88; --c6: #80552f; --c7: #b83f8a; --c8: #68720f; --c9: #5d6873;
  --server: #2f5d8a; --client: #93b3cf; --broker: #d79b2b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171d; --ink: #e4e9ef; --soft: #9aa7b5; --line: #2c3540; --panel: #1a2129; --note: #332b16;
    --c0: #6bb0f3; --c1: #f5a05a; --c2: #62cd95; --c3: #bd9be6; --c4: #ff8b91;
    --c5: #55ccd2; --c6: #cfa67c; --c7: #f08cc4; --c8: #c2c962; --c9: #a9b4be;
    --server: #6fa8de; --client: #3f6487; --broker: #e3b155;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 60rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.3rem; margin: 0 0 .5rem; padding-top: 1.25rem; border-top: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
h3 small { font-weight: 400; color: var(--soft); }
section { margin-top: 2.5rem; }
figure { margin: 0; }
.when { margin: .25rem 0 1.25rem; color: var(--soft); }
.conclusion { margin: 0 0 1rem; padding: .75rem 1rem; background: var(--panel); border-left: 4px solid var(--c2);
  border-radius: 4px; font-size: 1.1rem; }
.notes { margin: 0 0 1rem; padding: .6rem 1rem .6rem 2rem; background: var(--note); border-radius: 4px; font-size: .9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; font-size: .9rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
dd span { white-space: nowrap; margin-right: 1rem; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; padding: 0; list-style: none; font-size: .9rem; }
.legend svg { width: 26px; height: 12px; margin-right: .4rem; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; }
.curves svg { max-width: 34rem; }
svg { display: block; width: 100%; height: auto; }
.legend li { display: flex; align-items: center; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink); }
svg text.heading { font-weight: 600; }
svg text.middle, .axis text.middle { text-anchor: middle; }
svg text.end { text-anchor: end; }
svg text.note { fill: var(--soft); font-style: italic; }
svg text.value { font-variant-numeric: tabular-nums; }
.axis text { fill: var(--soft); font-size: 12px; }
.axis line { stroke: var(--line); stroke-width: 1; }
.whisker { fill: none; stroke: var(--ink); stroke-width: 1.3; }
.halo { fill: none; stroke: var(--page); stroke-width: 3.5; opacity: .7; }
.c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); } .c3 { fill: var(--c3); } .c4 { fill: var(--c4); }
.c5 { fill: var(--c5); } .c6 { fill: var(--c6); } .c7 { fill: var(--c7); } .c8 { fill: var(--c8); } .c9 { fill: var(--c9); }
.server { fill: var(--server); } .client { fill: var(--client); } .broker { fill: var(--broker); }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.curve.c0 { stroke: var(--c0); } .curve.c1 { stroke: var(--c1); } .curve.c2 { stroke: var(--c2); }
.curve.c3 { stroke: var(--c3); } .curve.c4 { stroke: var(--c4); } .curve.c5 { stroke: var(--c5); }
.curve.c6 { stroke: var(--c6); } .curve.c7 { stroke: var(--c7); } .curve.c8 { stroke: var(--c8); } .curve.c9 { stroke: var(--c9); }
.curve.dashed { stroke-dasharray: 6 4; }
.table { position: relative; left: 50%; width: max-content; min-width: 100%; max-width: calc(100vw - 2.5rem);
  transform: translateX(-50%); overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .45rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:first-child { white-space: normal; min-width: 5rem; max-width: 15rem; }
tr.new td { border-top: 2px solid var(--line); }
td small { display: block; color: var(--soft); font-size: .72rem; }
td.skipped { text-align: left; color: var(--soft); font-style: italic; white-space: normal; }
footer { margin-top: 3rem; color: var(--soft); font-size: .8rem; }
@page { size: A4; margin: 12mm; }
@page wide { size: A4 landscape; }
@media print {
  body { max-width: none; padding: 0; font-size: 12px; }
  figure, svg, tr { break-inside: avoid; }
  figure svg { max-height: 190mm; }
  h2, h3, .legend { break-after: avoid; }
  .legend { break-inside: avoid; }
  section + section { break-before: page; }
  .curves { grid-template-columns: 1fr 1fr; }
  .numbers { page: wide; }
  .table { position: static; width: 100%; max-width: none; transform: none; overflow: visible; }
  table { font-size: 9px; }
  th, td { padding: 2px 4px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>`;
