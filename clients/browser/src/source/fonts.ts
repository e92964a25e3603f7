// Fonts that come with a system, an office suite or a design program, and so tell installations apart. Each costs
// about a millisecond on a cold page, hence no more of them.
const candidates = [
  "Agency FB",
  "American Typewriter",
  "Bahnschrift",
  "Calibri",
  "Cantarell",
  "Century Gothic",
  "DejaVu Sans",
  "Futura",
  "Galvji",
  "Gill Sans",
  "Helvetica Neue",
  "Hiragino Sans",
  "Inter",
  "JetBrains Mono",
  "Leelawadee UI",
  "Liberation Sans",
  "Menlo",
  "Meiryo UI",
  "Microsoft YaHei",
  "Minion Pro",
  "MS Outlook",
  "Myriad Pro",
  "Noto Sans CJK JP",
  "Open Sans",
  "PingFang HK",
  "Roboto",
  "Segoe Fluent Icons",
  "Segoe UI",
  "SimSun",
  "Ubuntu",
  "Wingdings 3",
  "ZWAdobeF",
] as const;

const chosen = ["serif", "sans-serif", "monospace", "system-ui", "cursive"] as const;

/**
 * Which of a list of fonts are installed: those in which text is not as wide as in the serif font that it falls back
 * to. One that happens to be as wide is missed, on every visit alike.
 */
export function installedFonts(context: CanvasRenderingContext2D): readonly string[] {
  const fallback = width(context, "serif");
  return candidates.filter((font) => width(context, `"${font}",serif`) !== fallback);
}

/** How wide text is in the fonts that the user, or the system's maker, has chosen for each kind of text. */
export function chosenFonts(context: CanvasRenderingContext2D): readonly number[] {
  return chosen.map((generic) => width(context, generic));
}

function width(context: CanvasRenderingContext2D, font: string): number {
  context.font = `64px ${font}`;
  // Otherwise glyphs are fitted to whole pixels, more or less so depending on the screen's scale.
  context.textRendering = "geometricPrecision";
  return Math.round(context.measureText("mmMwWLliI0O&1").width);
}
