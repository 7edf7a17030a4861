/** The style of printed text: with or without colours, and its width in columns. */
export interface Style {
  readonly colours: boolean;
  /** Infinity where lines may be as long as they are. */
  readonly width: number;
}

type Paint = (style: Style, text: string) => string;

const paint =
  (code: number): Paint =>
  ({ colours }, text) =>
    colours && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);
export const cyan = paint(36);

/** Colours only on a terminal, and not where NO_COLOR (no-color.org) is set; there the terminal's width. */
export function terminalStyle(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Style {
  const colours = (stream.isTTY ?? false) && !env.NO_COLOR && env.TERM !== 'dumb';
  const columns = Number(env.COLUMNS) || stream.columns;
  return { colours, width: stream.isTTY && columns > 0 ? columns : Infinity };
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Columns that a text takes. */
export function widthOf(text: string): number {
  return text.replace(ESCAPES, '').length;
}

/** The text without colours, at most so wide. */
export function clip(text: string, width: number): string {
  const plain = text.replace(ESCAPES, '');
  return plain.length <= width ? text : `${plain.slice(0, Math.max(0, width - 1))}…`;
}
