import type { FeatureName } from '../../translator/x86/features.ts';
import { changeableFeatures, isFeatureName, needsOf } from './features.ts';
import { UnknownNameError } from './unknown-name.ts';

/** A feature that is added to a model or taken away, and how that was written. */
interface Change {
  readonly feature: FeatureName;
  readonly on: boolean;
  readonly text: string;
}

/** Other names of features that QEMU takes. */
const aliases: Readonly<Record<string, FeatureName>> = {
  sse3: 'pni',
  'sse4-1': 'sse4.1',
  'sse4-2': 'sse4.2',
  pclmuldq: 'pclmulqdq',
  xd: 'nx',
};

/**
 * A model's features after changes such as `+nx`, `-sse`, `nx=on` or `sse=off`; of those to one feature the last counts.
 * What is added brings what it needs, what is taken away takes what needs it.
 * @throws RangeError if a change is none, or what is added needs what is taken away
 */
export function changedFeatures(
  features: readonly (FeatureName | 'base')[],
  texts: readonly string[],
): ReadonlySet<FeatureName | 'base'> {
  const changes = [...new Map(texts.map(parseChange).map((change) => [change.feature, change])).values()];
  const added = changes.filter(({ on }) => on);
  const removed = changes.filter(({ on }) => !on);
  for (const change of added) checkAgainst(change, removed);
  const present = new Set([...features, ...added.flatMap(({ feature }) => needsOf(feature))]);
  const isRemoved = (name: FeatureName | 'base') => removed.some(({ feature }) => feature === name);
  return new Set([...present].filter((feature) => !needsOf(feature).some(isRemoved)));
}

function checkAgainst({ feature, text }: Change, removed: readonly Change[]): void {
  const needs = needsOf(feature);
  const conflict = removed.find((change) => needs.includes(change.feature));
  if (conflict) throw new RangeError(`'${text}' needs ${conflict.feature}, which '${conflict.text}' takes away`);
}

function parseChange(text: string, index: number, texts: readonly string[]): Change {
  if (text === '')
    throw new RangeError(
      index === texts.length - 1
        ? 'there is a trailing comma; a feature goes after it'
        : 'there is nothing between two commas',
    );
  const change = namedChange(text);
  const feature = featureNamed(change?.name ?? usualName(text), text);
  if (!change) throw new RangeError(`'${text}' needs + or - in front: +${text} adds it, -${text} takes it away`);
  return { feature, on: change.on, text };
}

/** The name in a change, and whether it adds; undefined for a text that is none. */
export function namedChange(text: string): { readonly name: string; readonly on: boolean } | undefined {
  const [all, sign, after, before, value] = /^(?:([+-])(.*)|(.*)=(on|off))$/i.exec(text) ?? [];
  if (all === undefined) return undefined;
  return { name: usualName(after ?? before!), on: sign === '+' || value?.toLowerCase() === 'on' };
}

/** Case is ignored, and an underscore is as good as a hyphen. */
const usualName = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/** A feature by one of its names. */
function featureNamed(usual: string, text: string): FeatureName {
  const feature = Object.hasOwn(aliases, usual) ? aliases[usual]! : usual;
  if (isFeatureName(feature)) return feature;
  throw new UnknownNameError(`unknown feature '${text}' of the processor`, usual, changeableFeatures);
}
