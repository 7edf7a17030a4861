import { ConfigurationError } from '../../index.ts';
import type { SnapshotChoice } from '../../storage/qcow2/snapshots.ts';
import { propertyList } from '../properties.ts';

/** Prefix of an argument that gives properties, not just a name. */
const BASE = 'snapshot.';

/**
 * The snapshot that `-l` asks for: an ID or a name, or `snapshot.id=ID,snapshot.name=NAME`.
 * @throws ConfigurationError if it says something else
 */
export function snapshotChoice(text: string | undefined): SnapshotChoice | undefined {
  if (text === undefined || !text.startsWith(BASE)) return text;
  const parts = propertyList(text, '');
  const wrong = parts.find(([key]) => key !== `${BASE}id` && key !== `${BASE}name`);
  if (wrong)
    throw new ConfigurationError(`image: -l ${text} is not possible; give -l snapshot.id=ID or snapshot.name=NAME`);
  const { [`${BASE}id`]: id, [`${BASE}name`]: name } = Object.fromEntries(parts);
  return { id, name };
}
