import type { Flag } from './flags.ts';
import { checkProperties } from './properties.ts';
import { machine, type Settings } from './settings.ts';

const text = /^/;
/** Properties of the types. */
const properties = {
  '0': { vendor: text, version: text, date: text, release: text, uefi: /^off$/ },
  '1': { manufacturer: text, product: text, version: text, serial: text, uuid: text, sku: text, family: text },
} as const;
const INSTEAD = 'give type=0 (the firmware) or type=1 (the system) with texts for it';

/** Flags that say what the machine is called, as QEMU has them. */
export const smbiosFlags: readonly Flag[] = [
  {
    names: ['uuid'],
    argument: 'UUID',
    help: 'the UUID of the machine, which the guest finds in SMBIOS tables',
    apply: (settings, uuid) => machine(settings, { uuid }),
  },
  {
    names: ['smbios'],
    argument:
      'type=0[,vendor=TEXT][,version=TEXT][,date=TEXT][,release=N.N]|type=1[,manufacturer=TEXT][,product=TEXT][,version=TEXT][,serial=TEXT][,uuid=UUID][,sku=TEXT][,family=TEXT]',
    help: 'what SMBIOS tables tell the guest of the firmware and of the system',
    apply: applySmbios,
  },
];

function applySmbios(settings: Settings, argument: string): Settings {
  const type = /(?:^|,)type=0(?:,|$)/.test(argument) ? '0' : '1';
  const {
    type: _,
    uefi: __,
    uuid,
    ...texts
  } = checkProperties(argument, { type: /^[01]$/, ...properties[type] }, INSTEAD);
  const { smbios } = settings.machine;
  const part = type === '0' ? { bios: { ...smbios?.bios, ...texts } } : { system: { ...smbios?.system, ...texts } };
  return machine(settings, { smbios: { ...smbios, ...part }, ...(uuid !== undefined && { uuid }) });
}
