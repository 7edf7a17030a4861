/** How the machine is to go on. */
export interface Action {
  /** One instruction only. */
  readonly isStep: boolean;
  /** Where; left out: where it is. */
  readonly address?: number;
}

/**
 * The action of a `c`, `C`, `s` or `S` packet, or of `vCont`: the first one, as there is one thread. Signals are of no use to a
 * machine. Null: it is none.
 */
export function actionOf(text: string): Action | null {
  const [first = ''] = text.split(':');
  const [action = ''] = first.split(';');
  const letter = action.charAt(0);
  if (!'cCsS'.includes(letter) || letter === '') return null;
  const address = addressOf(letter, first);
  return { isStep: letter === 's' || letter === 'S', ...(address !== undefined && { address }) };
}

/** `c1000`, or `C05;1000`. */
function addressOf(letter: string, text: string): number | undefined {
  const [, digits] =
    (letter === 'c' || letter === 's' ? /^.([\da-f]+)$/i : /^.[\da-f]{2};([\da-f]+)$/i).exec(text) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}
