/** Reference counts of 1 to 64 bits in a block. QEMU's docs/interop/qcow2.txt, "Host cluster management". */

/** @param order bits of a count, as a power of two */
export function getCount(view: DataView, order: number, index: number): number {
  if (order === 6) return view.getUint32(index * 8) * 2 ** 32 + view.getUint32(index * 8 + 4);
  if (order === 5) return view.getUint32(index * 4);
  if (order === 4) return view.getUint16(index * 2);
  if (order === 3) return view.getUint8(index);
  const bits = 1 << order;
  return (view.getUint8((index * bits) >> 3) >> ((index * bits) & 7)) & ((1 << bits) - 1);
}

export function setCount(view: DataView, order: number, index: number, count: number): void {
  if (order === 6) {
    view.setUint32(index * 8, Math.floor(count / 2 ** 32));
    view.setUint32(index * 8 + 4, count % 2 ** 32);
  } else if (order === 5) view.setUint32(index * 4, count);
  else if (order === 4) view.setUint16(index * 2, count);
  else if (order === 3) view.setUint8(index, count);
  else setBits(view, 1 << order, index, count);
}

function setBits(view: DataView, bits: number, index: number, count: number): void {
  const shift = (index * bits) & 7;
  const at = (index * bits) >> 3;
  const mask = ((1 << bits) - 1) << shift;
  view.setUint8(at, (view.getUint8(at) & ~mask) | (count << shift));
}

/** The bytes that hold a count: from, to. */
export function countRange(order: number, index: number): readonly [number, number] {
  const from = Math.floor((index * 2 ** order) / 8);
  return [from, from + Math.max(1, 2 ** order / 8)];
}
