import { ConfigurationError, memorySize } from '../index.ts';
import type { Option } from '../options/device-properties.ts';
import { checkedMemory } from '../options/memory-size.ts';
import { similarNames } from '../util/similar.ts';
import { clockBase } from './clock-base.ts';
import type { Flag } from './flag.ts';
import { checkProperties, parseInteger, parseProperties, propertyList } from './properties.ts';
import { machine, type Settings, warned } from './settings.ts';
import { connectSound } from './sound-flags.ts';
import { addUsbController } from './usb-flags.ts';

export const memoryFlag: Flag = {
  names: ['m'],
  argument: 'SIZE',
  help: 'memory in megabytes, or with K, M or G (default: 128)',
  apply: applyMemory,
};

export const machineFlag: Flag = {
  names: ['machine', 'M'],
  argument:
    '[pc][,accel=tcg|kvm:tcg][,max-ram-below-4g=SIZE][,hpet=off][,acpi=off][,vmport=off][,vmgenid=off][,xen=on][,usb=on][,graphics=off][,pcspk-audiodev=ID][,pflash0=ID][,pflash1=ID]',
  help: 'properties of the board',
  details:
    'max-ram-below-4g: how much memory is below 4 GB, where the rest begins. hpet=off: no high precision event timer. acpi=off: no ACPI tables. vmport=off: no backdoor of VMware. vmgenid=off: no generation ID. xen=on: Xen around the guest, for its drivers. usb=on: the USB controller, as -usb. graphics=off: the text of firmware and boot loaders is at COM1, too. pcspk-audiodev: where the speaker is heard (it is wherever there is an -audiodev). pflash0, pflash1: a -blockdev that is a flash chip. Properties of QEMU that ask for what is so anyway are taken.',
  list: 'list-machines',
  apply: applyMachine,
};

export const clockAndGlobalFlags: readonly Flag[] = [
  {
    names: ['global'],
    argument: 'isa-debugcon.iobase=N',
    help: 'port of the debug console',
    apply: applyGlobal,
  },
  {
    names: ['rtc'],
    argument: 'base=utc|localtime|DATE[,clock=vm]',
    help: 'what the real-time clock shows at the start',
    details: "UTC (default), the host's local time, or a date such as 2026-01-31T12:00:00.",
    apply: applyClock,
  },
];

/** The default, which is QEMU's, and what a size of 0 means there. */
const USUAL_MEMORY = '128';

function applyMemory(settings: Settings, text: string): Settings {
  const { size, slots, maxmem } = parseProperties(text, 'size', ['slots', 'maxmem']);
  const asked = size === undefined || memorySize(size) > 0 ? size : USUAL_MEMORY;
  if (maxmem !== undefined && memorySize(maxmem) < memorySize(asked ?? USUAL_MEMORY))
    throw new ConfigurationError(`maxmem=${maxmem} is less than the memory that there is; leave it out`);
  // A kernel needs more than firmware does, which is known when all flags are.
  if (asked !== undefined) checkedMemory(asked, 'bios');
  const sized = asked === undefined ? settings : machine(settings, { memory: asked });
  return slots === undefined ? sized : warned(sized, '-m: no memory can be added while the machine runs (slots)');
}

const off = /^off$/;
const on = /^on$/;
const offOrAuto = /^(off|auto)$/;

/** Properties of `-machine`: those that `applyMachine` does not look at ask for what is so anyway. */
const machineProperties = {
  type: /^(pc|pc-i440fx-[\w.-]+)$/,
  accel: /^/,
  'max-ram-below-4g': /^/,
  acpi: /^(on|off)$/,
  graphics: /^(on|off)$/,
  hpet: /^(on|off)$/,
  i8042: on,
  'kernel-irqchip': /^(on|off|split)$/,
  kernel_irqchip: /^(on|off|split)$/,
  'memory-backend': /^/,
  'mem-merge': /^(on|off)$/,
  'dump-guest-core': /^(on|off)$/,
  nvdimm: off,
  'pcspk-audiodev': /^/,
  pflash0: /^./,
  pflash1: /^./,
  pic: /^(on|auto)$/,
  pit: /^(on|auto)$/,
  smm: offOrAuto,
  usb: /^(on|off)$/,
  vmgenid: /^(on|off)$/,
  vmport: /^(on|off|auto)$/,
  xen: /^(on|off)$/,
};

/** Properties of `-machine` that have an effect. Others are accepted where they ask for what is so anyway. */
export const machineOptions: readonly Option[] = [
  { name: 'acpi', type: 'bool', meaning: 'systems find ACPI tables', value: 'on' },
  { name: 'graphics', type: 'bool', meaning: 'off: firmware and boot loaders use COM1, too', value: 'on' },
  { name: 'hpet', type: 'bool', meaning: 'there is a high precision event timer', value: 'on' },
  { name: 'max-ram-below-4g', type: 'size', meaning: 'how much memory is below 4 GB, the rest begins there' },
  { name: 'mem-merge', type: 'bool', meaning: 'the system may keep equal pages of machines once', value: 'off' },
  { name: 'pcspk-audiodev', type: 'str', meaning: 'where the speaker is heard' },
  { name: 'pflash0', type: 'str', meaning: 'the -blockdev that is the flash chip with the firmware' },
  { name: 'pflash1', type: 'str', meaning: 'the -blockdev that is the flash chip with its variables' },
  { name: 'usb', type: 'bool', meaning: 'there is a USB controller, as with -usb', value: 'off' },
  { name: 'vmgenid', type: 'bool', meaning: 'there is an ID that changes with each copy of the machine', value: 'on' },
  { name: 'vmport', type: 'OnOffAuto', meaning: "guests reach VMware's backdoor", value: 'auto' },
  { name: 'xen', type: 'bool', meaning: 'Xen is around the guest, for systems with drivers for it', value: 'off' },
];

/** The type in an argument of `-machine`; empty: there is none. */
const machineType = (text: string): string => /^(?:type=)?([^,=]*)(?:,|$)/.exec(text)?.[1] ?? '';

function applyMachine(settings: Settings, text: string): Settings {
  const instead = /^(type=)?xen(fv|pv)/.test(text)
    ? 'give -machine xen=on for a guest with drivers of Xen'
    : `the machine is a pc (i440FX)${similarNames(machineType(text), ['pc', 'pc-i440fx'])}; -machine help lists what it takes, and acpi, hpet, usb, vmgenid, vmport and xen are on or off`;
  const {
    'max-ram-below-4g': size,
    'pcspk-audiodev': audiodev = '',
    hpet,
    vmgenid,
    vmport,
    xen,
    acpi,
    usb,
    graphics,
    'mem-merge': merge,
    pflash0,
    pflash1,
    accel,
  } = checkProperties(text, machineProperties, instead);
  if (size !== undefined) memorySize(size);
  const flashChips = {
    ...settings.flashChips,
    ...(pflash0 !== undefined && { 0: pflash0 }),
    ...(pflash1 !== undefined && { 1: pflash1 }),
  };
  const withChips = { ...settings, flashChips, ...(accel !== undefined && { machineAccelerators: accel }) };
  const connected = connectSound(usb === 'on' ? addUsbController(withChips) : withChips, audiodev);
  return machine(connected, {
    ...(size !== undefined && { memoryBelow4G: size }),
    ...(graphics === 'off' && { serialConsole: true }),
    ...(hpet !== undefined && { hpet: hpet === 'on' }),
    ...(vmgenid !== undefined && { generationId: vmgenid === 'on' }),
    ...(merge !== undefined && { memoryMerge: merge === 'on' }),
    ...(acpi !== undefined && { acpi: acpi === 'on' }),
    ...(xen !== undefined && { xen: xen === 'on' && (settings.machine.xen || true) }),
    ...(vmport !== undefined && vmport !== 'auto' && { vmport: vmport === 'on' }),
  });
}

/** The clocks of QEMU's are alike here: a machine on the command line goes on all the time. */
function applyClock(settings: Settings, text: string): Settings {
  const clock = { base: /^/, clock: /^(host|rt|vm)$/, driftfix: /^(none|slew)$/ };
  const { base = 'utc', driftfix } = checkProperties(text, clock, "the clock goes with the guest's time");
  const based = { ...settings, startTime: clockBase(base) };
  return driftfix === 'slew'
    ? warned(based, '-rtc: interrupts of the clock that the guest misses are not made up for (driftfix=slew)')
    : based;
}

/** Devices of other machines, and of KVM: what is said of them is for nobody, as in QEMU. */
const elsewhere = /^(kvm-[a-z-]+|ICH9-LPC|q35-pcihost|mch)$/;

/** `DRIVER.PROPERTY=VALUE`, or its three parts with their names. */
function applyGlobal(settings: Settings, text: string): Settings {
  const parts: Readonly<Record<string, string>> = Object.fromEntries(propertyList(text, 'driver'));
  const [driver, property, value] = parts.driver
    ? [parts.driver, parts.property, parts.value]
    : (/^([^.]+)\.([^=]+)=(.*)$/s.exec(text)?.slice(1) ?? []);
  const name = `${driver}.${property}`;
  if (name === 'isa-debugcon.iobase')
    return machine(settings, { debugConsole: { iobase: parseInteger(name, value ?? '') } });
  if (elsewhere.test(driver ?? '')) return settings;
  if (!/^PIIX4_PM\.disable_s[34]$/.test(name))
    throw new ConfigurationError(
      `the property '${driver === undefined ? text : name}' is not supported; give isa-debugcon.iobase=PORT`,
    );
  return value === '0' ? settings : warned(settings, `-global: the guest can suspend itself all the same (${name})`);
}
