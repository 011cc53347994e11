namespace EmotionLlama.Reporting;

/// <summary>How the report looks.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    public const string Sheet = """
        :root { --ink: #1b2430; --muted: #667385; --line: #e3e8ee; --blue: #3559c7; --teal: #0d746e; --amber: #d99a2b;
          --green-ground: #d5efdf; --red-ground: #f9dcd8; }
        * { box-sizing: border-box; }
        body { margin: 0; background: #f5f7f9; color: var(--ink);
          font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 36px 24px 64px; }
        h1 { margin: 0; font-size: 28px; letter-spacing: -.01em; }
        h2 { margin: 0 0 14px; font-size: 17px; }
        p { margin: 0; }
        .muted { color: var(--muted); }
        .small { font-size: 13px; margin-top: 8px; }
        .verdict { margin-top: 14px; font-size: 17px; }
        .tiles { display: flex; flex-wrap: wrap; gap: 16px; margin: 20px 0; }
        .tile, section { background: #fff; border: 1px solid var(--line); border-radius: 12px; }
        .tile { flex: 1 1 200px; padding: 14px 20px; }
        .figure { font-size: 25px; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .from { color: var(--muted); font-weight: 400; }
        section { padding: 20px 24px; margin-bottom: 16px; }
        .charts { display: grid; grid-template-columns: 1fr 1fr; gap: 16px 28px; }
        @media (max-width: 820px) { .charts { grid-template-columns: 1fr; } }
        .finding { border-left: 4px solid var(--line); padding: 2px 0 2px 14px; margin-top: 14px; }
        .finding.found { border-color: #d9776c; } .finding.absent { border-color: #4aa877; }
        .finding ul { margin: 6px 0 0; padding-left: 20px; }
        .finding table { margin-top: 10px; }
        .pair { display: grid; grid-template-columns: 1.5fr 1fr; gap: 16px; }
        .pair section { min-width: 0; }
        @media (max-width: 820px) { .pair { grid-template-columns: 1fr; } }

        svg { display: block; width: 100%; height: auto; }
        svg.bars { max-width: 820px; }
        svg text { font-size: 12.5px; fill: var(--ink); }
        svg .tick, svg .note { fill: var(--muted); font-size: 12px; }
        svg .name { font-size: 14px; }
        svg .start { text-anchor: start; } svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
        svg .grid { stroke: var(--line); } svg .axis { stroke: #b8c2cd; }
        svg .curve { fill: none; stroke-linejoin: round; }
        svg .raw { stroke: #bcc9ee; stroke-width: 1.2; } svg .smooth { stroke: var(--blue); stroke-width: 2.4; }
        svg .held { stroke: var(--amber); stroke-width: 2.4; }
        svg .rate { stroke: var(--teal); stroke-width: 2.2; }
        svg .whisker { stroke: var(--ink); stroke-width: 1.4; }
        svg .clues { fill: var(--teal); } svg .labels { fill: var(--blue); } svg .published { fill-opacity: .35; }
        svg .before { fill: #b4bfcc; } svg .after { fill: var(--teal); } svg .without { fill: var(--amber); }
        svg .by-face { fill: #3559c7; } svg .by-voice { fill: #d99a2b; } svg .by-words { fill: #0d8a80; }
        svg .by-several { fill: #8a5bb5; } svg .by-none { fill: #b4bfcc; } svg .by-nothing { fill: #dfe4ea; }

        .clip { display: grid; grid-template-columns: 210px 1fr; gap: 24px; padding: 20px 0;
          border-top: 1px solid var(--line); }
        .clip:first-of-type { border-top: 0; padding-top: 0; }
        @media (max-width: 700px) { .clip { grid-template-columns: 1fr; } }
        figure { margin: 0; }
        figure img { width: 100%; border-radius: 10px; display: block; margin-bottom: 10px; }
        q { display: block; margin-top: 6px; font-style: italic; overflow-wrap: anywhere; }
        .chip { display: inline-block; padding: 0 9px; border-radius: 999px; background: #e6ecfb; color: var(--blue);
          font-size: 13px; }
        .answers { display: grid; gap: 10px; align-content: start; min-width: 0; }
        .answer { border-left: 4px solid var(--line); padding: 2px 0 2px 14px; overflow-wrap: anywhere; }
        .answer.right { border-color: #4aa877; } .answer.wrong { border-color: #d9776c; }
        .answer.expected { border-color: var(--blue); background: #f5f7fd; padding: 10px 14px;
          border-radius: 0 8px 8px 0; }
        .moment { display: flex; justify-content: space-between; gap: 12px; color: var(--muted); font-size: 12.5px; }
        .answer.right .moment span { color: #1e7d4c; } .answer.wrong .moment span { color: #b23a2c; }
        mark { background: #fbedc8; color: inherit; border-radius: 4px; padding: 0 3px; }
        mark.right { background: var(--green-ground); } mark.wrong { background: var(--red-ground); }

        .scroll { overflow-x: auto; }
        table { border-collapse: separate; border-spacing: 3px; font-variant-numeric: tabular-nums; }
        th { font-weight: 500; text-align: right; padding: 4px 10px; }
        .heat thead th { font-size: 12px; text-align: center; padding: 4px 0; }
        .heat { width: 100%; table-layout: fixed; }
        .heat th:first-child { width: 84px; }
        .heat td { height: 34px; text-align: center; background: #f5f7f9; border-radius: 5px; }
        .scores { width: 100%; border-spacing: 0; margin-bottom: 12px; }
        .scores th, .scores td { padding: 6px 4px; border-bottom: 1px solid var(--line); text-align: right; }
        .scores th:first-child { text-align: left; }
        pre { margin: 0; padding: 14px 16px; background: #f5f7f9; border-radius: 8px; overflow-x: auto;
          font: 13px/1.5 ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace; }
        summary { cursor: pointer; color: var(--blue); } details pre { margin-top: 12px; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 24px; margin: 0; }
        dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
        @media print { body { background: #fff; } section, .clip { break-inside: avoid; } }
        """;
}
