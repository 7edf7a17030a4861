import type { Ask } from '../machine/translations.ts';
import type { Probe } from '../machine/types.ts';
import type { TranslationDetail } from '../machine-core.ts';

/** A machine as commands see it, in this program or at the other end of a socket. A `Machine` is one. */
export interface Inspected {
  readonly ask: Ask;
  readonly probe: Probe;
}

/** Lets the machine count and log while something is done. */
export async function watching<Result>({ ask }: Inspected, act: () => Promise<Result>): Promise<Result> {
  await ask('watch', true);
  try {
    return await act();
  } finally {
    // A machine that is gone counts no more.
    await ask('watch', false).catch(() => {});
  }
}

/** All translations that are still there when they are asked for. */
export async function presentTranslations({ ask }: Pick<Inspected, 'ask'>): Promise<TranslationDetail[]> {
  const list = await ask('translations');
  const found = await Promise.all(list.map(({ physical, key }) => ask('translationIn', physical, key)));
  return found.filter((detail) => detail !== null);
}
