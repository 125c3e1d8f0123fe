/**
 * Colours and type of every page: paper, ink and pewter, with verdigris for what can be acted on. Every pair of text and
 * ground has a contrast of 4.5:1 or more, and edges of controls 3:1, in both schemes. See docs/decisions/0020.
 */
export const TOKENS = `:root {
  color-scheme: light dark;
  --ground: #f6f3ec; --sheet: #fffdf8; --text: #221e18; --soft: #5f574b; --line: #ded6c7; --edge: #857a69;
  --accent: #155a58; --on-accent: #fffdf8; --danger: #9c2318; --done: #1d6638; --wait: #80520a; --notice: #e9f0ec;
  --metal-high: #f3f1ec; --metal: #b9b6af; --metal-low: #6f6c66; --metal-ink: #45423c;
  --display: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052, "Book Antiqua", Georgia, serif;
  --body: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #171512; --sheet: #201d18; --text: #eee7da; --soft: #b5aa99; --line: #3a352c; --edge: #8d8272;
    --accent: #86c9c1; --on-accent: #10221f; --danger: #ff9d8f; --done: #8fd3a5; --wait: #e3b765; --notice: #1f2d2a;
    --metal-high: #dad7d0; --metal: #8f8c85; --metal-low: #4b4944; --metal-ink: #26241f;
  }
}
`;
