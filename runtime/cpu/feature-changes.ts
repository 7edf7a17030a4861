import { type CpuFeature, changeableFeatures, missingFeatures, requirements } from './features.ts';

/** A feature that is added to a model or taken away, and how that was written. */
interface Change {
  readonly feature: CpuFeature;
  readonly on: boolean;
  readonly text: string;
}

/** Other names of features that QEMU takes. */
const aliases: Readonly<Record<string, CpuFeature>> = {
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
export function changedFeatures(features: readonly CpuFeature[], texts: readonly string[]): ReadonlySet<CpuFeature> {
  const known = texts.filter((text) => !isAlreadyAway(text));
  const changes = [...new Map(known.map(parseChange).map((change) => [change.feature, change])).values()];
  const added = changes.filter(({ on }) => on);
  const removed = changes.filter(({ on }) => !on);
  for (const change of added) checkAgainst(change, removed);
  const present = new Set([...features, ...added.flatMap(({ feature }) => [...needsOf(feature)])]);
  return new Set([...present].filter((feature) => !removed.some((change) => needsOf(feature).has(change.feature))));
}

/** Whether one of the changes takes a feature away. */
export function takesAway(texts: readonly string[], feature: string): boolean {
  return texts.some((text) => takenAway(text) === feature);
}

/** What `-feature` or `feature=off` takes away. */
function takenAway(text: string): string | undefined {
  const match = /^(?:-(.*)|(.*)=off)$/i.exec(text);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replaceAll('_', '-');
}

/** What this processor doesn't have is not there anyway. */
function isAlreadyAway(text: string): boolean {
  return missingFeatures.has(takenAway(text) ?? '');
}

/** A feature and all that it needs. */
function needsOf(feature: CpuFeature): ReadonlySet<CpuFeature> {
  return new Set([feature, ...(requirements[feature] ?? []).flatMap((needed) => [...needsOf(needed)])]);
}

function checkAgainst({ feature, text }: Change, removed: readonly Change[]): void {
  const needs = needsOf(feature);
  const conflict = removed.find((change) => needs.has(change.feature));
  if (conflict) throw new RangeError(`'${text}' needs ${conflict.feature}, which '${conflict.text}' takes away`);
}

function parseChange(text: string, index: number, texts: readonly string[]): Change {
  if (text === '')
    throw new RangeError(
      index === texts.length - 1
        ? 'there is a trailing comma; a feature goes after it'
        : 'there is nothing between two commas',
    );
  const match = /^(?:([+-])(.*)|(.*)=(on|off))$/i.exec(text);
  const feature = featureNamed(match?.[2] ?? match?.[3] ?? text, text);
  if (!match) throw new RangeError(`'${text}' needs + or - in front: +${text} adds it, -${text} takes it away`);
  return { feature, on: match[1] === '+' || match[4]?.toLowerCase() === 'on', text };
}

/** A feature by one of its names, in which case is ignored and an underscore is as good as a hyphen. */
function featureNamed(name: string, text: string): CpuFeature {
  const usual = name.toLowerCase().replaceAll('_', '-');
  const feature = Object.hasOwn(aliases, usual) ? aliases[usual]! : (usual as CpuFeature);
  if (changeableFeatures.includes(feature)) return feature;
  const what = missingFeatures.has(usual)
    ? `the feature '${name}' is not supported`
    : `unknown feature '${text}' of the processor`;
  throw new RangeError(`${what}; there are: ${changeableFeatures.join(', ')}`);
}
