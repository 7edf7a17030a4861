const SHOWN = 5;
/** Characters of a name for each mistake that may be in it. */
const PER_MISTAKE = 4;

/** `; similar: memcpy, memcmp`: names that one may have meant, nearest first; nothing if there are none. */
export function similarNames(wanted: string, names: readonly string[]): string {
  const name = wanted.toLowerCase();
  const most = Math.max(1, Math.floor(name.length / PER_MISTAKE));
  const near: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of new Set(names)) {
    const other = candidate.toLowerCase();
    // A letter is part of half of all names.
    const isPart = name.length > 1 && other.includes(name);
    if (!isPart && Math.abs(other.length - name.length) > most) continue;
    const distance = editDistance(name, other);
    if (isPart || distance <= most) near.push({ candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance);
  const shown = near.slice(0, SHOWN).map(({ candidate }) => candidate);
  return shown.length > 0 ? `; similar: ${shown.join(', ')}` : '';
}

/** Characters to insert, delete, replace or exchange with the next to make one text of another (Damerau, 1964). */
export function editDistance(from: string, to: string): number {
  let [before, row]: number[][] = [[], Array.from({ length: to.length + 1 }, (_, n) => n)];
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1] + Number(from[i - 1] !== to[j - 1]);
      const isExchanged = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const exchanged = isExchanged ? before[j - 2] + 1 : Infinity;
      next.push(Math.min(replaced, exchanged, row[j] + 1, next[j - 1] + 1));
    }
    [before, row] = [row, next];
  }
  return row[to.length];
}
