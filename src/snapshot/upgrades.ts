import { INPUTS } from '../../runtime/devices/io-apic/registers.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import { VERSION } from './layout.ts';
import { isRecord } from './options.ts';

/** What a file holds, by name (docs/snapshots.md). */
type Contents = { readonly [name: string]: Saved };

/** By the version of a file: makes of what it holds what the next version would have written. */
const steps: Readonly<Record<number, (contents: Contents) => Contents>> = {
  // Nothing was told of what is in drives.
  1: (contents) => ({ media: {}, ...contents }),
  // Cards did not tell when they may send next. At once, then.
  2: (contents) =>
    withComponents(contents, (components) =>
      Object.fromEntries(Object.entries(components).map(([name, saved]) => [name, withTurns(name, saved)])),
    ),
  // The I/O APIC did not count how often an input asks again.
  3: (contents) =>
    withComponents(contents, (components) => {
      const saved = components['io apic'];
      const repeats = new Array(INPUTS).fill(0);
      return isRecord(saved) ? { ...components, 'io apic': { ...saved, repeats } } : components;
    }),
};

/** The same with what `change` makes of its components. Most records of a migration hold none. */
function withComponents({ components, ...others }: Contents, change: (components: Contents) => Contents): Contents {
  return isRecord(components) ? { ...others, components: change(components) } : others;
}

/** What of a card tells that it sends in turns, and that it has two rings to send from. */
interface SendingCard {
  readonly sentInterrupts?: Saved;
  readonly txRings?: Saved;
}

/** A card that sends in turns, with a state of these; other components as they are. */
function withTurns(name: string, saved: Saved): Saved {
  if (!isRecord(saved) || !isRecord(saved[name])) return saved;
  const { sentInterrupts, txRings }: SendingCard = saved[name];
  if (sentInterrupts === undefined) return saved;
  const rings = txRings === undefined ? ['transmit'] : ['transmit', 'transmit high'];
  return { ...saved, ...Object.fromEntries(rings.map((ring) => [`${name} ${ring}`, { next: 0 }])) };
}

/** What a file of an earlier version holds, as one of this version would. */
export function upgraded(saved: Saved, from: number): Saved {
  if (!isRecord(saved)) return saved;
  let contents: Contents = saved;
  for (let version = from; version < VERSION; version++) contents = steps[version]!(contents);
  return contents;
}
