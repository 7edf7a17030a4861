/** Runs of bytes that differ: offset, bytes after. */
export function changes(before: Uint8Array, after: Uint8Array): [offset: number, bytes: number[]][] {
  const runs: [number, number[]][] = [];
  for (let n = 0; n < before.length; n++) {
    if (before[n] === after[n]) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1].length === n) last[1].push(after[n]!);
    else runs.push([n, [after[n]!]]);
  }
  return runs;
}
