/** The fields of the state in the harness's output: names and bytes, in their order. */
const ranges: readonly (readonly [name: string, bytes: number, count?: number])[] = [
  ['mode', 1],
  ['columns', 2],
  ['page bytes', 2],
  ['page start', 2],
  ['cursors', 16],
  ['cursor', 2],
  ['page', 1],
  ['CRTC port', 2],
  ['CGA control', 1],
  ['CGA colour', 1],
  ['last row', 1],
  ['height', 2],
  ['control', 1],
  ['switches', 1],
  ['flags', 1],
  ['display', 1],
  ['miscellaneous', 1],
  ['sequencer', 1, 5],
  ['CRTC', 1, 25],
  ['graphics', 1, 9],
  ['attribute', 1, 21],
  ['DAC mask', 1],
  ['DAC', 4],
];

const names = ranges.flatMap(([name, bytes, count]) =>
  count === undefined
    ? [{ name, bytes }]
    : Array.from({ length: count }, (_, n) => ({ name: `${name} ${n.toString(16)}`, bytes })),
);

/** State by name, as hexadecimal digits. */
export function stateFields(state: string): Record<string, string> {
  let position = 0;
  const fields = names.map(({ name, bytes }): [string, string] => {
    const digits = state.slice(position, position + bytes * 2);
    position += bytes * 2;
    return [name, digits];
  });
  if (position !== state.length) throw new Error(`state of ${state.length} digits, not ${position}`);
  return Object.fromEntries(fields);
}
