/** Enlightenments of Hyper-V that a model tells its guest of, by QEMU's names without "hv-" (docs/system/i386/hyperv.rst). */
export interface Enlightenments {
  readonly switches: ReadonlySet<Enlightenment>;
  /** How often a guest tries to get a spinlock before it tells the hypervisor. */
  readonly spinlocks: number;
}

const names = ['relaxed', 'vapic', 'time', 'vpindex', 'reset', 'frequencies'] as const;
export type Enlightenment = (typeof names)[number];

/** Names of QEMU's for enlightenments that there are not here. */
const missing: readonly string[] = [
  ...['apicv', 'avic', 'crash', 'emsr-bitmap', 'enforce-cpuid', 'evmcs', 'ipi', 'passthrough', 'reenlightenment'],
  ...['runtime', 'stimer', 'stimer-direct', 'synic', 'syndbg', 'tlbflush', 'tlbflush-direct', 'tlbflush-ext'],
  'xmm-input',
];
/** Names of QEMU's for properties with numbers or texts, which change nothing here. */
const missingValues: readonly string[] = [
  ...['vendor-id', 'no-nonarch-coresharing'],
  ...['build', 'major', 'minor', 'spack', 'sbranch', 'snumber'].map((part) => `version-id-${part}`),
];
const PREFIX = /^hv[-_]/i;
/** A guest never tells. */
const NEVER = 0xffffffff;

/** A model's properties: those of Hyper-V, and others. */
export interface SplitProperties {
  /** Undefined: there is none of Hyper-V. */
  readonly enlightenments: Enlightenments | undefined;
  /** Names of enlightenments that were asked for, and that there are not. */
  readonly missing: readonly string[];
  readonly others: readonly string[];
}

/**
 * Sets apart properties such as `hv-time`, `+hv-time`, `hv-time=off` and `hv-spinlocks=0x1fff`.
 * @throws RangeError for a value or a name that there is not
 */
export function splitEnlightenments(properties: readonly string[]): SplitProperties {
  const isOwn = (text: string) => PREFIX.test(text.replace(/^[+-]/, ''));
  const asked = new Map<string, boolean>();
  let spinlocks: number | undefined;
  for (const text of properties.filter(isOwn)) {
    const { name, value } = parsed(text);
    if (name === 'spinlocks') spinlocks = attempts(text, value);
    else asked.set(name, isOn(text, name, value));
  }
  const on = [...asked].filter(([, isAsked]) => isAsked).map(([name]) => name);
  const switches = new Set(names.filter((name) => on.includes(name)));
  const isThere = switches.size > 0 || spinlocks !== undefined;
  return {
    enlightenments: isThere ? { switches, spinlocks: spinlocks ?? NEVER } : undefined,
    missing: [...missing, ...missingValues].filter((name) => on.includes(name)).map((name) => `hv-${name}`),
    others: properties.filter((text) => !isOwn(text)),
  };
}

/** The name, as it is usual, and the value that a sign or nothing stands for. */
function parsed(text: string): { readonly name: string; readonly value: string } {
  const [, sign, written = '', given] = /^([+-]?)([^=]*)(?:=(.*))?$/.exec(text)!;
  const name = written.replace(PREFIX, '').toLowerCase().replaceAll('_', '-');
  return { name, value: given ?? (sign === '-' ? 'off' : 'on') };
}

function isOn(text: string, name: string, value: string): boolean {
  if (missingValues.includes(name)) return !/^off$/i.test(value);
  if (!missing.includes(name) && !(names as readonly string[]).includes(name))
    throw new RangeError(
      `unknown enlightenment '${text}'; there are: ${[...names, 'spinlocks'].map((one) => `hv-${one}`).join(', ')}`,
    );
  if (/^(on|off)$/i.test(value)) return value.toLowerCase() === 'on';
  throw new RangeError(`'${text}' is neither on nor off; give hv-${name}=on or hv-${name}=off`);
}

function attempts(text: string, value: string): number {
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : Number.NaN;
  if (number <= NEVER) return number;
  throw new RangeError(`'${text}' is no number of attempts; give one up to 0xffffffff, such as hv-spinlocks=0x1fff`);
}
