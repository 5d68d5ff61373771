/** Plots time series as an SVG. */

export interface Line {
  readonly name: string;
  /** Evenly spaced values from the start to the end. NaN is left out. */
  readonly values: readonly number[];
  /** Whether to emphasise the line. */
  readonly isBold: boolean;
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  /** The top of the scale. */
  readonly top: number;
  readonly format: (value: number) => string;
}

export interface PlotOptions {
  readonly panels: readonly Panel[];
  /** The end of the time axis, in seconds. */
  readonly seconds: number;
  /** A span of time to shade. */
  readonly shaded?: { readonly from: number; readonly to: number } | undefined;
}

const left = 52;
const width = 640;
const height = 170;
const gap = 46;
const legendWidth = 215;
const legendLine = 17;

/** Colours that most people can distinguish on white (Paul Tol's muted scheme and a few greys). */
const colours = [
  "#cc3311",
  "#ee7733",
  "#aa3377",
  "#332288",
  "#0077bb",
  "#33bbee",
  "#117733",
  "#44aa99",
  "#999933",
  "#ddaa33",
  "#882255",
  "#777777",
  "#222222",
];

/** Returns the plot: panels below each other with the same time axis, and a common legend. */
export function plot({ panels, seconds, shaded }: PlotOptions): string {
  const lines = panels[0]!.lines;
  const legendTop = 30 + panels.length * (height + gap);
  const total = legendTop + Math.ceil(lines.length / 3) * legendLine + 8;
  const x = (second: number): number => left + (width * second) / seconds;

  function drawPanel({ title, lines: drawn, top, format }: Panel, index: number): string {
    const base = 30 + index * (height + gap) + height;
    const y = (value: number): number => base - (height * Math.min(value, top)) / top;
    const shade = shaded
      ? `<rect x="${round(x(shaded.from))}" y="${base - height}" width="${round(x(shaded.to) - x(shaded.from))}" height="${height}" fill="#eeeeee"/>`
      : "";
    const ticks = [0, 0.5, 1].map(
      (share) =>
        `<line x1="${left}" x2="${left + width}" y1="${round(y(share * top))}" y2="${round(y(share * top))}" stroke="#cccccc"/>` +
        text(left - 6, y(share * top) + 4, format(share * top), "end"),
    );
    const times = [0, 0.25, 0.5, 0.75, 1].map((share) =>
      text(x(share * seconds), base + 15, `${Math.round(share * seconds)} s`, "middle"),
    );
    const paths = drawn.map(({ values, isBold }, order) => {
      const points = values.flatMap((value, bin) =>
        value >= 0 ? `${round(x(((bin + 0.5) * seconds) / values.length))},${round(y(value))}` : [],
      );
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${colours[order % colours.length]}" stroke-width="${isBold ? 2.6 : 1.1}"/>`;
    });
    // The bold lines last, so that they are on top.
    const ordered = paths.toSorted((a, b) => Number(a.includes('"2.6"')) - Number(b.includes('"2.6"')));
    return [shade, ...ticks, ...times, text(left, base - height - 8, title, "start", true), ...ordered].join("\n");
  }

  const legend = lines.map(({ name, isBold }, order) => {
    const column = left + (order % 3) * legendWidth;
    const row = legendTop + Math.floor(order / 3) * legendLine;
    const colour = colours[order % colours.length];
    return `<line x1="${column}" x2="${column + 18}" y1="${row}" y2="${row}" stroke="${colour}" stroke-width="3"/>${text(column + 24, row + 4, name, "start", isBold)}`;
  });

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 24} ${total}" font-family="system-ui, sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#ffffff"/>
${panels.map(drawPanel).join("\n")}
${legend.join("\n")}
</svg>
`;
}

function text(x: number, y: number, content: string, anchor: "start" | "middle" | "end", isBold = false): string {
  const weight = isBold ? ' font-weight="bold"' : "";
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${weight} fill="#333333">${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
