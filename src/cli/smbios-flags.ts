import { readFileSync } from 'node:fs';
import { ConfigurationError, type SmbiosOptions } from '../index.ts';
import { capitalized, systemMessage } from '../node/process/system-message.ts';
import type { Flag } from './flag.ts';
import { checkProperties, type PropertyPatterns, parseInteger, parseWord, propertyList } from './properties.ts';
import { machine, type Settings } from './settings.ts';

const text = /^/;
const made = { manufacturer: text, version: text, serial: text, asset: text };
/** Properties of the types. */
const properties: Readonly<Record<string, PropertyPatterns>> = {
  '0': { vendor: text, version: text, date: text, release: text, uefi: /^off$/ },
  '1': { manufacturer: text, product: text, version: text, serial: text, uuid: text, sku: text, family: text },
  '2': { ...made, product: text, location: text },
  '3': { ...made, sku: text },
  '4': { ...made, sock_pfx: text, part: text, 'max-speed': text, 'current-speed': text, 'processor-id': text },
  '11': { value: text, path: text },
  '17': { manufacturer: text, serial: text, asset: text, part: text, loc_pfx: text, bank: text, speed: text },
};
const parts = { '0': 'bios', '1': 'system', '2': 'board', '3': 'chassis', '4': 'processor', '17': 'memory' } as const;
/** The library's names of properties, where they differ from the flag's. */
const libraryNames: Readonly<Record<string, string>> = {
  ...{ sock_pfx: 'socket', 'max-speed': 'maxSpeed', 'current-speed': 'currentSpeed', 'processor-id': 'id' },
  loc_pfx: 'locator',
};
const INSTEAD =
  'give type=0 (the firmware), 1 (the system), 2 (the board), 3 (the chassis), 4 (the processor), 11 (texts of any kind) or 17 (the memory), with texts for it';
const MADE = '[,manufacturer=TEXT][,version=TEXT][,serial=TEXT][,asset=TEXT]';

/** Flags that say what the machine is called, as QEMU has them. */
export const smbiosFlags: readonly Flag[] = [
  {
    names: ['uuid'],
    argument: 'UUID',
    help: 'the UUID of the machine, in SMBIOS tables',
    apply: (settings, uuid) => machine(settings, { uuid }),
  },
  {
    names: ['smbios'],
    argument: [
      'type=0[,vendor=TEXT][,version=TEXT][,date=TEXT][,release=N.N]',
      'type=1[,manufacturer=TEXT][,product=TEXT][,version=TEXT][,serial=TEXT][,uuid=UUID][,sku=TEXT][,family=TEXT]',
      `type=2${MADE}[,product=TEXT][,location=TEXT]`,
      `type=3${MADE}[,sku=TEXT]`,
      `type=4${MADE}[,part=TEXT][,sock_pfx=TEXT][,max-speed=MHZ][,current-speed=MHZ][,processor-id=N]`,
      'type=11,value=TEXT|path=FILE[,…]',
      'type=17[,manufacturer=TEXT][,serial=TEXT][,asset=TEXT][,part=TEXT][,loc_pfx=TEXT][,bank=TEXT][,speed=N]',
    ].join('|'),
    help: 'what SMBIOS tables tell the guest',
    details: 'Each type is a table: 0 firmware, 1 system, 2 board, 3 chassis, 4 processor, 11 any texts, 17 memory.',
    apply: applySmbios,
  },
];

function applySmbios(settings: Settings, argument: string): Settings {
  const list = propertyList(argument, 'type');
  const { type = '1' } = Object.fromEntries(list);
  const allowed = Object.hasOwn(properties, type) ? properties[type] : {};
  const known = new RegExp(`^(${Object.keys(properties).join('|')})$`);
  const { type: _, uefi: __, uuid, ...given } = checkProperties(argument, { type: known, ...allowed }, INSTEAD);
  const { smbios = {} } = settings.machine;
  return machine(settings, {
    smbios: { ...smbios, ...(type === '11' ? withStrings(smbios, list) : withPart(smbios, type, given)) },
    ...(uuid !== undefined && { uuid }),
  });
}

/** The texts of all of these, in their order. */
function withStrings({ oemStrings = [] }: SmbiosOptions, list: readonly (readonly [string, string])[]): SmbiosOptions {
  const added = list.flatMap(([name, value]) => {
    if (name === 'type') return [];
    return [name === 'path' ? contentOf(value) : value];
  });
  return { oemStrings: [...oemStrings, ...added] };
}

/** Later ones of a type add to those before. */
function withPart(smbios: SmbiosOptions, type: string, given: Readonly<Record<string, string>>): SmbiosOptions {
  const part = parts[type as keyof typeof parts];
  const named = Object.entries(given).map(([name, value]) => [libraryNames[name] ?? name, meantBy(name, value)]);
  return { [part]: { ...smbios[part], ...Object.fromEntries(named) } };
}

function meantBy(name: string, value: string): string | number | readonly number[] {
  if (name === 'processor-id') return identification(value);
  return name.endsWith('speed') ? parseInteger(name, value) : value;
}

/** Two words: what a processor tells in EAX and EDX. */
function identification(value: string): readonly number[] {
  const id = parseWord('processor-id', value);
  return [Number(BigInt.asUintN(32, id)), Number(id >> 32n)];
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    throw new ConfigurationError(`Could not open '${path}': ${capitalized(systemMessage(error))}`);
  }
}
