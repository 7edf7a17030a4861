import type { StoreContents } from './store.ts';

/** Whether a text is what `textOf` makes: then `contentsOf` can read it. */
export function isContents(text: string): boolean {
  try {
    return text === '' || isStore(JSON.parse(text));
  } catch {
    return false;
  }
}

export function textOf(contents: StoreContents): string {
  return JSON.stringify(contents);
}

/** Reads a text that `isContents` accepts. */
export function contentsOf(text: string): StoreContents {
  return JSON.parse(text) as StoreContents;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isListOf = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);
const isNode = (value: unknown): boolean => isListOf(value, isText) && (value as unknown[]).length === 2;

function isStore(value: Partial<StoreContents>): boolean {
  const { nodes, watches, transactions, changes, lastTransaction } = value;
  return (
    isListOf(nodes, isNode) &&
    isListOf(watches, (watch) =>
      ['given', 'path', 'token'].every((name) => isText((watch as Record<string, unknown>)[name])),
    ) &&
    isListOf(transactions, (one) => isTransaction(one as Record<string, unknown>)) &&
    isCount(changes) &&
    isCount(lastTransaction)
  );
}

function isTransaction({ id, began, nodes, changed }: Record<string, unknown>): boolean {
  return isCount(id) && isCount(began) && isListOf(nodes, isNode) && isListOf(changed, isText);
}
