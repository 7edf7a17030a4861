/** How the machine is to go on. */
export interface Action {
  /** One instruction only. */
  readonly isStep: boolean;
  /** Name of the thread that steps; left out: that which is chosen. */
  readonly thread?: string;
  /** Where; left out: where it is. */
  readonly address?: number;
}

const isStep = (letter: string): boolean => letter === 's' || letter === 'S';

/** The action of a `c`, `C`, `s` or `S` packet: `c1000`, or `C05;1000`. Signals are of no use to a machine. Null: it is none. */
export function actionOf(packet: string): Action | null {
  const [, letter, digits] =
    /^([cs])(?:([\da-f]+))?$/i.exec(packet) ?? /^([CS])[\da-f]{2}(?:;([\da-f]+))?$/i.exec(packet) ?? [];
  if (letter === undefined) return null;
  return { isStep: isStep(letter), ...(digits !== undefined && { address: Number.parseInt(digits, 16) }) };
}

/** The action of `vCont`: a thread steps while others stand still, or all go on. Null: it is neither. */
export function jointActionOf(text: string): Action | null {
  const actions = text.split(';').map((action) => /^([csCS])[^:]*(?::(.*))?$/.exec(action));
  if (actions.includes(null)) return null;
  const step = actions.find((action) => isStep(action![1]!));
  return { isStep: step !== undefined, ...(step?.[2] !== undefined && { thread: step[2] }) };
}
