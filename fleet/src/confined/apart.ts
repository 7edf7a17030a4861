import { readlinkSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { Tenants } from '../tenants/tenants.ts';
import { tellLines } from './bounded-lines.ts';
import { bubblewrap, findBubblewrap } from './bubblewrap.ts';
import { type Confinement, launch } from './confinement.ts';
import { WORDS } from './pipes.ts';

/** The operator's words about confined processes. */
export interface ConfinementSettings extends Pick<Confinement, 'uid' | 'cgroup'> {
  /** A command that starts them, with its arguments; `none`: nothing does. Default: bubblewrap, where it works. */
  readonly wrapper?: string;
  /** Tenants' processes need not be apart from others of this user. */
  readonly isUnconfined?: boolean;
}

/** The namespace of this process's number; empty: this system has none. */
const NAMESPACE = '/proc/self/ns/pid';
/** Tells the namespace of its own number, and whether it reaches the process that has started it. */
const PROBE = `const { readlinkSync, writeSync } = require('node:fs');
const attempt = (act, otherwise) => { try { return act(); } catch { return otherwise; } };
const namespace = attempt(() => readlinkSync('${NAMESPACE}'), '');
const reaches = attempt(() => process.kill(${process.pid}, 0), false);
writeSync(${WORDS}, JSON.stringify({ namespace, reaches }));`;

const HINT = "install bubblewrap (Debian: 'apt-get install bubblewrap'), or run as root with --uid N";

/**
 * How this host or worker confines processes. One is started to find out what works here.
 * @throws FleetError for a wrapper, user or group that does not work
 */
export async function chooseConfinement(
  { wrapper, isUnconfined = false, ...common }: ConfinementSettings,
  log: (message: string) => void,
): Promise<Confinement> {
  const choose = async (chosen: Confinement): Promise<Confinement> => ({
    ...chosen,
    isForTenants: (await isApart(chosen)) || isUnconfined,
  });
  if (wrapper !== undefined && wrapper !== 'none') {
    const words = wrapper.split(' ').filter((word) => word !== '');
    return await choose({ ...common, wrapper: () => ({ words }) }).catch((error: Error) => {
      throw new FleetError(`--wrapper ${wrapper}: ${error.message}`);
    });
  }
  const file = wrapper === undefined ? findBubblewrap() : undefined;
  if (file === undefined) return await choose(common);
  try {
    return await choose({ ...common, wrapper: bubblewrap(file) });
  } catch (error) {
    const chosen = await choose(common);
    log(`${file} does not work here, and confines no process: ${(error as Error).message}`);
    return chosen;
  }
}

/**
 * Whether a confined process has its numbers of processes, or its user, for itself.
 * @throws FleetError if it cannot be started
 */
async function isApart(confinement: Confinement): Promise<boolean> {
  const { child, words, clean } = await launch(0, confinement, () => ['--eval', PROBE]);
  const said: string[] = [];
  tellLines(child.stderr!, (line) => said.push(line));
  let answer = '';
  words.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await clean();
  if (code !== 0 || answer === '') throw new FleetError(said[0] ?? `exit code ${code}`);
  const { namespace, reaches } = JSON.parse(answer) as { namespace: string; reaches: boolean };
  return !reaches || (namespace !== '' && namespace !== ownNamespace());
}

function ownNamespace(): string {
  try {
    return readlinkSync(NAMESPACE);
  } catch {
    return '';
  }
}

/** @throws FleetError if processes of tenants must not be started */
export function checkApart({ isForTenants = false }: Confinement): void {
  if (!isForTenants)
    throw new FleetError(
      `processes of tenants would share this user, and could end its others: ${HINT}, or let them (--unconfined)`,
    );
}

/**
 * Looks whether the fleet has tenants before their first machine or job comes.
 * @throws FleetError if it has some, and their processes must not be started here
 */
export async function checkTenants(redis: Redis, confinement: Confinement): Promise<void> {
  if (!confinement.isForTenants && (await new Tenants(redis).list()).length > 0) checkApart(confinement);
}

let here: Promise<Confinement> | undefined;

/** How this process confines others if nobody says so; found out once, and again after a failure, of which a host without tenants need not hear. */
export function confinementHere(log: (message: string) => void): Promise<Confinement> {
  here ??= chooseConfinement({}, log);
  here.catch(() => {
    here = undefined;
  });
  return here;
}
