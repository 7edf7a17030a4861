// Numbers of 64 bits as guests write them. Those of 2^53 and more, which nothing here is as large as, are rounded.

/** A number made of two words of 32 bits. */
export function longOf(low: number, high: number): number {
  return low + high * 2 ** 32;
}

/** In memory, the lower half first. */
export function longAt(view: DataView, at: number): number {
  return longOf(view.getUint32(at, true), view.getUint32(at + 4, true));
}
