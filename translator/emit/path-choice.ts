/** A slot's text, which never comes to its end, and how often it is met, in any unit. */
export interface Case {
  readonly slot: number;
  readonly text: string;
  readonly weight: number;
}

/**
 * Runs the case of slot `n`, if there is one. The `frequent`, which have consecutive slots, those that are met most first, are found by a tree of
 * comparisons, where the fewest lead to those that weigh most; the others by a `switch`, of which V8 makes a jump by a table. The host's
 * processor predicts such a jump where the last ones were the same before, but remembers only some thousand of these; of comparisons it
 * remembers many times more.
 */
export function emitPathChoice(frequent: readonly Case[], others: readonly Case[]): string {
  const table = `switch(n){\n${others.map(({ slot, text }) => `case ${slot}:{${text}}`).join('\n')}\n}`;
  if (frequent.length === 0) return table;
  // One comparison for both bounds: two take a tenth of the time of a page fault.
  return `if((n-${frequent[0].slot}>>>0)<${frequent.length}){${tree(frequent)}}else ${table}`;
}

/** Halves that weigh the same, as near as can be, are told apart first. */
function tree(cases: readonly Case[]): string {
  if (cases.length === 1) return `{${cases[0].text}}\n`;
  const middle = middleOf(cases);
  return `if(n<${cases[middle].slot})${tree(cases.slice(0, middle))}else ${tree(cases.slice(middle))}`;
}

function middleOf(cases: readonly Case[]): number {
  const half = cases.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let before = cases[0].weight;
  let middle = 1;
  while (middle + 1 < cases.length && before + cases[middle].weight / 2 < half) before += cases[middle++].weight;
  return middle;
}
