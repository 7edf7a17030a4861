import { ConfigurationError } from '../index.ts';
import type { Flag } from './flag.ts';
import { checkProperties, type PropertyPatterns, propertyList } from './properties.ts';
import type { Settings } from './settings.ts';

const off = /^off$/;
const anything = /^/;

/** The properties of QEMU's accelerators: of the one that is here, those that ask for what is so anyway. */
const accelerators: Readonly<Record<string, PropertyPatterns>> = {
  tcg: { thread: /^(single|multi)$/, 'tb-size': anything, 'split-wx': off, 'one-insn-per-tb': off },
  kvm: { 'kernel-irqchip': /^(on|off|split)$/, 'kvm-shadow-mem': anything, 'dirty-ring-size': anything },
};

export const acceleratorFlag: Flag = {
  names: ['accel'],
  argument: 'tcg|kvm',
  help: 'what runs guest code: always tcg',
  details:
    'The first one that is there is taken. That is tcg, as code is always translated; KVM is never there, so tcg has to follow it.',
  list: 'list-accelerators',
  apply(settings, text) {
    const [[, name]] = propertyList(text, 'accel') as [[string, string]];
    const xen = propertyList(text, 'accel').find(([property]) => property.startsWith('xen-'));
    if (xen !== undefined)
      throw new ConfigurationError(`'${xen[0]}' is for KVM, which is not here; give -machine xen=on, and -accel tcg`);
    const properties = Object.hasOwn(accelerators, name) ? accelerators[name] : {};
    checkProperties(text, { accel: anything, ...properties }, 'leave it out; -engine says how code is translated');
    return { ...settings, accelerators: [...(settings.accelerators ?? []), name] };
  },
};

/**
 * Warnings about accelerators that precede the one that runs the guest.
 * @throws ConfigurationError if none of them is available
 */
export function acceleratorWarnings({ accelerators: ofFlags, machineAccelerators }: Settings): string[] {
  if (ofFlags && machineAccelerators !== undefined)
    throw new ConfigurationError('The -accel and "-machine accel=" options are incompatible; give one of them');
  const [flag, names] =
    machineAccelerators === undefined ? ['-accel', ofFlags] : ['-machine', machineAccelerators.split(':')];
  if (names === undefined) return [];
  const place = names.indexOf('tcg');
  const tried = place < 0 ? names : names.slice(0, place);
  const problems = tried.map((name) => `${flag}: ${problemOf(name)}`).join('; ');
  if (place < 0) throw new ConfigurationError(`${problems}; give -accel tcg, and -engine for how code is translated`);
  return problems === '' ? [] : [`${problems}; falling back to tcg`];
}

function problemOf(name: string): string {
  if (name === 'kvm') return 'failed to initialize kvm: guest code is always translated here';
  const several = name.includes(':') ? ` (a list goes to -machine accel=${name})` : '';
  return name === '' ? 'no accelerator found' : `invalid accelerator ${name}${several}`;
}
