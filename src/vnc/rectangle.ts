/** Dots of a picture. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture as words of dots. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly dots: Uint32Array;
}

export function intersection(a: Rectangle, b: Rectangle): Rectangle {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x);
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y);
  return { x, y, width, height };
}

/** The smallest one around both. */
export function around(a: Rectangle, b: Rectangle): Rectangle {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const width = Math.max(a.x + a.width, b.x + b.width) - x;
  const height = Math.max(a.y + a.height, b.y + b.height) - y;
  return { x, y, width, height };
}

/** Dots of a part of a picture, line by line; black where the picture has none. */
export function dotsOf({ width, height, dots }: Picture, part: Rectangle): Uint32Array {
  const result = new Uint32Array(part.width * part.height);
  const shown = Math.max(0, Math.min(part.width, width - part.x));
  for (let line = 0; line < part.height && part.y + line < height; line++) {
    const start = (part.y + line) * width + part.x;
    result.set(dots.subarray(start, start + shown), line * part.width);
  }
  return result;
}
