import { html } from "./markup.js";

const steps = [1, 2, 3, 4, 5, 6, 7, 8];
const strengths = steps
  .map(
    (step) =>
      `.f${step}{background:rgb(var(--for)/${step * 0.09});fill:rgb(var(--for)/${step * 0.09})}` +
      `.a${step}{background:rgb(var(--against)/${step * 0.09});fill:rgb(var(--against)/${step * 0.09})}`,
  )
  .join("\n");

/** Light or dark, as the reader's system is. Nothing in it comes from a job. */
export const reportStyle = html`<style>
  :root {
    color-scheme: light dark;
    --page: #f5f6f8;
    --card: #fff;
    --text: #1b2430;
    --quiet: #5d6b7a;
    --line: #e1e5ea;
    --share: #3f6fd8;
    --for: 18 150 84;
    --against: 222 60 52;
    --warn: #8a5a00;
    --warn-page: #fff6e0;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #11161d;
      --card: #1a212b;
      --text: #e4e9ef;
      --quiet: #93a1b0;
      --line: #2b3541;
      --share: #7aa2ff;
      --for: 52 196 122;
      --against: 255 104 94;
      --warn: #ffd479;
      --warn-page: #33290f;
    }
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0;
    background: var(--page);
    color: var(--text);
    font:
      15px/1.55 system-ui,
      -apple-system,
      "Segoe UI",
      Roboto,
      "Noto Sans",
      sans-serif;
    -webkit-text-size-adjust: 100%;
  }
  header,
  main {
    max-width: 58rem;
    margin: 0 auto;
    padding: 0 1.25rem;
  }
  header {
    padding-top: 2.25rem;
  }
  main {
    padding-bottom: 3rem;
  }
  h1 {
    font-size: 1.75rem;
    line-height: 1.2;
    font-weight: 650;
    letter-spacing: -0.015em;
    margin: 0;
    overflow-wrap: anywhere;
  }
  h1 small {
    font-size: 1rem;
    font-weight: 500;
    color: var(--quiet);
    letter-spacing: 0;
  }
  h2 {
    font-size: 1.05rem;
    font-weight: 650;
    margin: 0 0 0.75rem;
    overflow-wrap: anywhere;
  }
  h3 {
    font-size: 0.82rem;
    font-weight: 600;
    color: var(--quiet);
    margin: 1.4rem 0 0.6rem;
    padding-top: 1rem;
    border-top: 1px solid var(--line);
    overflow-wrap: anywhere;
  }
  h3 q {
    color: var(--text);
  }
  p {
    margin: 0.5rem 0;
  }
  .quiet,
  figcaption,
  .legend {
    color: var(--quiet);
    font-size: 0.86rem;
  }
  code,
  pre {
    font:
      0.86em/1.5 ui-monospace,
      SFMono-Regular,
      Menlo,
      Consolas,
      monospace;
    overflow-wrap: anywhere;
  }
  pre {
    margin: 0.5rem 0;
    padding: 0.75rem;
    background: var(--page);
    border-radius: 0.5rem;
    max-height: 24rem;
    overflow: auto;
  }
  .tiles {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
    margin: 1.25rem 0 1rem;
  }
  .tile {
    flex: 1 1 7rem;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 0.75rem;
    padding: 0.7rem 1rem;
  }
  .tile b {
    display: block;
    font-size: 1.5rem;
    line-height: 1.2;
    font-weight: 650;
    font-variant-numeric: tabular-nums;
  }
  .tile span {
    color: var(--quiet);
    font-size: 0.82rem;
  }
  .tile.bad b {
    color: rgb(var(--against));
  }
  .card {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 0.75rem;
    padding: 1.1rem 1.25rem 1.2rem;
    margin: 0 0 1rem;
    break-inside: avoid;
  }
  table {
    border-collapse: collapse;
    width: 100%;
  }
  th,
  td {
    padding: 0.16rem 0;
    text-align: left;
    vertical-align: middle;
    font-weight: 400;
  }
  th {
    width: 34%;
    padding-right: 1rem;
    overflow-wrap: anywhere;
  }
  .predictions tr:first-child th {
    font-weight: 600;
  }
  .number {
    width: 5.2rem;
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .failures td {
    color: rgb(var(--against));
    overflow-wrap: anywhere;
  }
  .failures th,
  .failures td {
    vertical-align: top;
    padding: 0.3rem 1rem 0.3rem 0;
    border-top: 1px solid var(--line);
  }
  .bar {
    display: block;
    width: 100%;
    height: 0.7rem;
    background: var(--page);
    border-radius: 0.2rem;
  }
  .share {
    fill: var(--share);
  }
  .for {
    fill: rgb(var(--for));
  }
  .against {
    fill: rgb(var(--against));
  }
  .axis {
    fill: var(--quiet);
  }
  .text {
    font-size: 1.08rem;
    line-height: 2;
    overflow-wrap: anywhere;
    margin: 0.25rem 0 0.9rem;
  }
  .text span {
    border-radius: 0.28rem;
    padding: 0.14rem 0.2rem;
  }
  .pictures {
    display: flex;
    flex-wrap: wrap;
    gap: 1.25rem;
  }
  figure {
    margin: 0;
    max-width: 100%;
  }
  figure svg {
    display: block;
    max-width: 100%;
    height: auto;
    border-radius: 0.5rem;
    background: var(--page);
  }
  figcaption {
    margin-top: 0.4rem;
    max-width: 25rem;
  }
  .heat path {
    background: none;
  }
  .outline path {
    fill: none;
    stroke: #fff;
    stroke-width: 1.6;
    vector-effect: non-scaling-stroke;
  }
  .outline .below {
    stroke: #000;
    stroke-opacity: 0.55;
    stroke-width: 3.4;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem 1.4rem;
    margin: 0.9rem 0 0;
    font-size: 0.86rem;
  }
  .facts div {
    display: flex;
    gap: 0.4rem;
  }
  .facts dt {
    color: var(--quiet);
  }
  .facts dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
  .warning {
    background: var(--warn-page);
    color: var(--warn);
    border-radius: 0.5rem;
    padding: 0.5rem 0.75rem;
    font-size: 0.88rem;
  }
  .legend {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    margin: 1.25rem 0 0.75rem;
  }
  .scale {
    display: inline-flex;
    flex: none;
    border-radius: 0.25rem;
    overflow: hidden;
  }
  .scale i {
    width: 1.1rem;
    height: 0.8rem;
  }
  ${strengths} @media print {
    body {
      background: none;
    }
    .card,
    .tile {
      border-color: #ccc;
    }
  }
</style>`;
