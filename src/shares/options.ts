import { ConfigurationError } from '../errors.ts';
import { checkedBoolean, checkedOneOf, checkNames, checkText, shown } from '../option-checks.ts';

/** How a guest's owners and permissions are kept at the host. */
export const securityModels = ['mapped-file', 'passthrough', 'none'] as const;
/** A way to keep them. */
export type SecurityModelName = (typeof securityModels)[number];

/** A folder of the host that the guest may mount (virtio-9p). */
export interface ShareOptions {
  /** What the guest mounts it by, up to 31 characters of ASCII: `mount -t 9p -o trans=virtio TAG /mnt`. */
  readonly tag: string;
  /** Its path at the host. Left out: there is none, and the guest cannot mount it. */
  readonly folder?: string;
  /**
   * "mapped-file" (default): owners, permissions and kinds of files are kept in files named .virtfs_metadata, as QEMU does; at
   * the host all belongs to the process's user. "passthrough": they are the host's own, for which the process needs its rights.
   * "none": the same, but for owners that it may not give.
   */
  readonly securityModel?: SecurityModelName;
  /** The guest can change nothing. Default: false. */
  readonly readOnly?: boolean;
}

/** A share as a machine has it. */
export interface SharePlan {
  /** Of its port at the host door. */
  readonly name: string;
  readonly tag: string;
  readonly folder: string | undefined;
  readonly securityModel: SecurityModelName;
  readonly isReadOnly: boolean;
}

const optionNames: readonly (keyof ShareOptions)[] = ['tag', 'folder', 'securityModel', 'readOnly'];
const [MOST_SHARES, MOST_TAG] = [8, 31];

/**
 * The shares as the machine has them.
 * @throws ConfigurationError that names the share and what is wrong with it
 */
export function planShares(shares: readonly ShareOptions[]): SharePlan[] {
  if (!Array.isArray(shares) || shares.length > MOST_SHARES)
    throw new ConfigurationError(`shares is ${shown(shares)}; it must be an array of at most ${MOST_SHARES} folders`);
  const plans = shares.map((share, n) => planned(share, n));
  const twice = plans.find(({ tag }, n) => plans.findIndex((other) => other.tag === tag) !== n);
  if (twice !== undefined)
    throw new ConfigurationError(`two shares have the tag '${twice.tag}'; give each folder a tag of its own`);
  return plans;
}

function planned(share: ShareOptions, n: number): SharePlan {
  const where = `shares[${n}]`;
  checkNames(where, share, optionNames);
  const { tag, folder, securityModel = 'mapped-file', readOnly = false } = share;
  if (typeof tag !== 'string' || !/^[!-~]+$/.test(tag) || tag.length > MOST_TAG)
    throw new ConfigurationError(`${where}.tag is ${shown(tag)}; give 1 to ${MOST_TAG} characters of ASCII`);
  checkText(`${where}.folder`, folder);
  checkedOneOf(`${where}.securityModel`, securityModel, securityModels);
  const isReadOnly = checkedBoolean(`${where}.readOnly`, readOnly);
  return { name: `virtio-9p${n}`, tag, folder, securityModel, isReadOnly };
}
