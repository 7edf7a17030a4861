import { ConfigurationError } from '../index.ts';
import { xenVersionText } from '../options/xen.ts';
import type { Flag } from './flag.ts';
import { checkProperties, type PropertyPatterns, propertyList } from './properties.ts';
import { machine, type Settings } from './settings.ts';

const off = /^off$/;
const anything = /^/;
/** Xen's version: its major and minor number, 16 bits each, as in QEMU, or as people write it. */
const xen = { 'xen-version': /^(0x[0-9a-f]+|\d+|\d+\.\d+)$/i };

/** The properties of QEMU's accelerators: of the one that is here, those that ask for what is so anyway. */
const accelerators: Readonly<Record<string, PropertyPatterns>> = {
  tcg: { thread: /^(single|multi)$/, 'tb-size': anything, 'split-wx': off, 'one-insn-per-tb': off, ...xen },
  kvm: { 'kernel-irqchip': /^(on|off|split)$/, 'kvm-shadow-mem': anything, 'dirty-ring-size': anything, ...xen },
};

export const acceleratorFlag: Flag = {
  names: ['accel'],
  argument: 'tcg|kvm[,xen-version=N]',
  help: 'what runs guest code: always tcg',
  details:
    'The first one that is there is taken. That is tcg, as code is always translated; KVM is never there, so tcg has to follow it. xen-version: Xen is around the guest, as by -machine xen=on, in this version: 0x40011 is 4.17, the newest.',
  list: 'list-accelerators',
  apply(settings, text) {
    const [[, name]] = propertyList(text, 'accel') as [[string, string]];
    const properties = Object.hasOwn(accelerators, name) ? accelerators[name] : {};
    const instead = 'leave it out; -engine says how code is translated';
    const { 'xen-version': version } = checkProperties(text, { accel: anything, ...properties }, instead);
    const written = version?.includes('.') ? version : xenVersionText(Number(version));
    const withXen = version === undefined ? settings : machine(settings, { xen: { version: written } });
    return { ...withXen, accelerators: [...(settings.accelerators ?? []), name] };
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
