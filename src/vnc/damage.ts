import { intersection, type Picture, type Rectangle } from './rectangle.ts';

/** Dots of a tile's sides. */
const TILE = 16;
/** Most dots that one rectangle has: what is sent at a time takes a megabyte at most. */
const MOST_DOTS = 1 << 18;

/** Which tiles of a picture a viewer has yet to get. */
export class Damage {
  #width = 0;
  #height = 0;
  #columns = 0;
  #tiles = new Uint8Array(0);

  /** The picture has another size: all of it is to be sent. */
  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.#columns = Math.ceil(width / TILE);
    this.#tiles = new Uint8Array(this.#columns * Math.ceil(height / TILE)).fill(1);
  }

  add(part: Rectangle): void {
    this.#each(part, (tile) => {
      this.#tiles[tile] = 1;
    });
  }

  /** Whether anything within a part is to be sent. */
  touches(part: Rectangle): boolean {
    let found = false;
    this.#each(part, (tile) => {
      found ||= this.#tiles[tile] === 1;
    });
    return found;
  }

  /** Takes the damage within a part, as few rectangles as are easily found. Tiles that lie in it as a whole are cleared. */
  take(part: Rectangle): Rectangle[] {
    const runs = this.#runs(part);
    this.#each(part, (tile, place) => {
      const kept = intersection(place, part);
      if (kept.width === place.width && kept.height === place.height) this.#tiles[tile] = 0;
    });
    return joinedRuns(runs)
      .map((run) => intersection(run, part))
      .flatMap(pieces);
  }

  /** Tiles beside each other, row by row. */
  #runs(part: Rectangle): Rectangle[] {
    const runs: Rectangle[] = [];
    this.#each(part, (tile, place) => {
      if (this.#tiles[tile] === 0) return;
      const last = runs.at(-1);
      if (last && last.y === place.y && last.x + last.width === place.x)
        runs[runs.length - 1] = { ...last, width: last.width + place.width };
      else runs.push(place);
    });
    return runs;
  }

  /** Calls with each tile that a part touches, and where it is. */
  #each(given: Rectangle, visit: (tile: number, place: Rectangle) => void): void {
    const whole = { x: 0, y: 0, width: this.#width, height: this.#height };
    const part = intersection(given, whole);
    if (part.width === 0 || part.height === 0) return;
    const lastRow = Math.floor((part.y + part.height - 1) / TILE);
    const lastColumn = Math.floor((part.x + part.width - 1) / TILE);
    for (let row = Math.floor(part.y / TILE); row <= lastRow; row++) {
      for (let column = Math.floor(part.x / TILE); column <= lastColumn; column++) {
        const place = { x: column * TILE, y: row * TILE, width: TILE, height: TILE };
        visit(row * this.#columns + column, intersection(place, whole));
      }
    }
  }
}

/** Runs below each other, from the same column to the same column, are one rectangle. */
function joinedRuns(runs: readonly Rectangle[]): Rectangle[] {
  const open = new Map<string, Rectangle>();
  const closed: Rectangle[] = [];
  for (const run of runs) {
    const key = `${run.x} ${run.width}`;
    const above = open.get(key);
    if (above && above.y + above.height === run.y) {
      open.set(key, { ...above, height: above.height + run.height });
    } else {
      if (above) closed.push(above);
      open.set(key, run);
    }
  }
  return [...closed, ...open.values()];
}

function pieces(whole: Rectangle): Rectangle[] {
  const lines = Math.max(1, Math.floor(MOST_DOTS / whole.width));
  return Array.from({ length: Math.ceil(whole.height / lines) }, (_, n) => {
    const height = Math.min(lines, whole.height - n * lines);
    return { ...whole, y: whole.y + n * lines, height };
  });
}

/** Calls with the parts of a picture whose dots differ from those of one before, which is as large. */
export function eachChange(before: Picture, now: Picture, visit: (part: Rectangle) => void): void {
  for (let y = 0; y < now.height; y += TILE) {
    const height = Math.min(TILE, now.height - y);
    for (let x = 0; x < now.width; x += TILE) {
      const part = { x, y, width: Math.min(TILE, now.width - x), height };
      if (differs(before, now, part)) visit(part);
    }
  }
}

function differs({ dots: before, width }: Picture, { dots: now }: Picture, part: Rectangle): boolean {
  for (let line = 0; line < part.height; line++) {
    const start = (part.y + line) * width + part.x;
    for (let at = start; at < start + part.width; at++) if (before[at] !== now[at]) return true;
  }
  return false;
}
