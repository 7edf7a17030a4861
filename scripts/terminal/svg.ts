/** A line of a terminal, and when it was complete. */
export interface Line {
  readonly text: string;
  readonly seconds: number;
}

const CHARACTER = 7.8;
const LINE = 17;
const MARGIN = 14;

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * The lines as an SVG that shows each when it came. It has a background of its own, so it is legible on light and dark
 * pages. What doesn't play animations shows all lines.
 */
export function terminalSvg(lines: readonly Line[], columns: number, title: string): string {
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    '<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d6dae0;white-space:pre}',
    '.typed{fill:#8ce29a;font-weight:bold}.kernel{fill:#98a2b3}',
    '@keyframes shown{from{opacity:0}to{opacity:1}}text{animation:shown .01s both}',
    '@media (prefers-reduced-motion:reduce){text{animation:none}}</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="#14171c" stroke="#3a414d"/>`,
    ...lines.map((line, n) => lineText(line, MARGIN + (n + 0.75) * LINE)),
    '</svg>',
    '',
  ].join('\n');
}

function lineText({ text, seconds }: Line, y: number): string {
  const kind = /^(\$|~ #) /.test(text) ? ' class="typed"' : /^\[ *\d|^…/.test(text) ? ' class="kernel"' : '';
  return `<text x="${MARGIN}" y="${y}"${kind} xml:space="preserve" style="animation-delay:${seconds.toFixed(1)}s">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (c) => escapes[c]);
}
