import type { ScreenImage } from './renderer.ts';

/** A picture as a binary PPM file (P6). */
export function encodePpm({ width, height, data }: ScreenImage): Uint8Array {
  const header = Uint8Array.from(`P6\n${width} ${height}\n255\n`, (character) => character.charCodeAt(0));
  const file = new Uint8Array(header.length + 3 * width * height);
  file.set(header);
  for (let from = 0, to = header.length; from < data.length; from += 4, to += 3) {
    file[to] = data[from];
    file[to + 1] = data[from + 1];
    file[to + 2] = data[from + 2];
  }
  return file;
}
