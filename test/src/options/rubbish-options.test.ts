import { expect, test } from 'vitest';
import { planCards } from '../../../src/cards/options.ts';
import { planDrives } from '../../../src/drives/options.ts';
import { checkOptions, type MachineOptions } from '../../../src/options/options.ts';
import { checkedPciSlots } from '../../../src/options/pci-slots.ts';
import { planShares } from '../../../src/shares/options.ts';
import { planSound } from '../../../src/sound/options.ts';

/** Values that callers without types may give. */
const rubbish: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 5n, '', 'x', Symbol('s'), () => {}],
  ...[{}, Object.create(null), { x: 1 }, new Map(), new Date(Number.NaN), new Uint8Array(1), new ArrayBuffer(1)],
  ...[[], [undefined], [null], [5], ['x'], [Symbol('s')], [() => {}], [{}], [[]], [Object.create(null)]],
];

/** Options that are right, with every part that there can be. */
const right = {
  ...{ memory: 16, memoryBelow4G: 8, cpu: 'max', isolate: 'worker', reboot: 'reset', shutdown: 'exit', name: 'pc' },
  engine: { name: 'translator', check: false, threshold: 1, blocks: 1, instructions: 1 },
  boot: {
    kernel: 'K',
    initrd: 'I',
    append: 'quiet',
    kernelName: 'k',
    initrdName: 'i',
    bios: 'rawiron',
    modules: [{ image: 'M', string: 'm' }],
  },
  icount: { shift: 0, record: 'R', markEvery: 1000 },
  drives: [
    {
      image: 'D',
      format: 'raw',
      interface: 'ide',
      index: 0,
      media: 'disk',
      snapshot: false,
      readOnly: false,
      serial: 's',
      limits: { bps: 1, group: 'g' },
      id: 'a',
    },
  ],
  network: [
    { card: 'rtl8139', mac: '52:54:00:12:34:56', name: 'n', rom: 'R', backend: { type: 'user' }, backendName: 'b' },
  ],
  soundCards: ['sb16'],
  sound: { file: 'S', rate: 8000 },
  bootOrder: { order: 'c', once: 'd', menu: true, menuTime: 1, checkFloppy: false },
  smbios: {
    ...{ bios: { vendor: 'v', release: '1.2' }, system: { serial: '1' }, board: { asset: 'a' }, chassis: { sku: 's' } },
    ...{ processor: { id: [1, 2], maxSpeed: 1 }, oemStrings: ['o'], memory: { speed: 1, bank: 'b' } },
  },
  uuid: '00000000-0000-0000-0000-000000000001',
  debugExit: { iobase: 0x501, iosize: 4 },
  ...{ acpi: false, hpet: false, parallelPort: false, balloon: true, rng: true, pcTestdev: true, incoming: false },
  virtioPorts: [{ name: 'v', console: true }],
  shares: [
    { tag: 't', folder: 'F', securityModel: 'none', readOnly: true },
    { tag: 'm', files: { 'a/b': 'text', c: { content: 'text', executable: true } }, capacity: 1000 },
  ],
  ...{
    processors: { sockets: 1, cores: 2, threads: 1 },
    serialConsole: true,
    ahci: true,
    generationId: '00000000-0000-0000-0000-000000000002',
    vmport: true,
    xen: { version: '4.16' },
    xenConsoles: 1,
    xenKeyboard: true,
    xenFramebuffer: true,
    pciSlots: { vga: 2, ahci: 7 },
  },
  usbControllers: [{ model: 'piix3-usb-uhci', id: 'u' }],
  scsiControllers: [{ model: 'pvscsi', id: 's' }],
  ...{
    usb: ['tablet'],
    keyboardLayout: 'de',
    edu: { dmaMask: 1 },
    vga: 'std',
    videoBios: 'V',
    firmwareFiles: { 'opt/x': 'F' },
    memoryContents: [{ image: 'F', address: 4096, raw: true, processor: 0 }],
  },
  ...{
    debugConsole: { iobase: 0xe9 },
    log: ['int'],
    logRanges: [{ first: 0, last: 1 }],
    trace: ['*'],
    startTime: new Date(0),
    memoryMerge: true,
  },
  limits: { processor: 1, instructions: 1, memory: 64 },
} satisfies Required<MachineOptions>;

/** The plans made of options before anything is opened. All of them go to other threads. */
function planned(options: MachineOptions) {
  const settings = checkOptions(options);
  const { pciSlots = {} } = options;
  const cards = planCards(options.network ?? []);
  const [drives, shares] = [planDrives(options.drives ?? []), planShares(options.shares ?? [])];
  const slots = checkedPciSlots(pciSlots, { settings, drives, cards, shares });
  const cardPlans = cards.map(({ config, rom }) => [config, rom]);
  return structuredClone([settings, drives, cardPlans, planSound(options.sound ?? {}), shares, slots]);
}

type Path = readonly (string | number)[];

/** Every place in the options. */
function places(value: unknown, path: Path = []): Path[] {
  const isInner = typeof value === 'object' && value !== null && !(value instanceof Date);
  const inner = isInner ? Object.entries(value).flatMap(([name, one]) => places(one, [...path, name])) : [];
  return [path, ...inner];
}

function replaced(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value)) return value.with(Number(name), replaced(value[Number(name)], rest, by));
  return { ...(value as object), [name]: replaced((value as Record<string, unknown>)[name], rest, by) };
}

/** A path as programs write it. */
function pathText(path: Path): string {
  return path
    .map((one, n) => {
      if (/^\d+$/.test(String(one))) return `[${one}]`;
      if (!/^\w+$/.test(String(one))) return `['${one}']`;
      return n === 0 ? one : `.${one}`;
    })
    .join('');
}

test('options may be right in every part', () => {
  planned(right);
});

/** The host opens networks, and knows which there are. */
const opened = 'network.0.backend.type';

test.each(
  places(right)
    .filter((path) => path.length > 0 && path.join('.') !== opened)
    .map((path) => [path.join('.'), path] as const),
)('the error of a wrong value names its option: %s', (_, path) => {
  const refused = () => planned(replaced(right, path, Symbol('s')) as MachineOptions);
  expect(refused).toThrow(expect.objectContaining({ option: pathText(path) }));
});

test.each(places(right).map((path) => [path.join('.'), path] as const))('rubbish in the options: %s', (_, path) => {
  for (const value of rubbish) {
    try {
      planned(replaced(right, path, value) as MachineOptions);
    } catch (error) {
      expect([value, error]).toEqual([value, expect.objectContaining({ name: 'ConfigurationError' })]);
    }
  }
});

test('no other option, a single one of a list or with a name that is no identifier', () => {
  const optionOf = (options: unknown) => {
    try {
      planned(options as MachineOptions);
      return 'none is refused';
    } catch (error) {
      return (error as { option?: string }).option;
    }
  };
  expect(optionOf({ memry: 64 })).toBe('memry');
  expect(optionOf({ drives: ['a.img', { image: 'b.img', format: 'qcow3' }] })).toBe('drives[1].format');
  expect(
    optionOf({
      drives: [
        { image: 'a.img', index: 0 },
        { image: 'b.img', index: 0 },
      ],
    }),
  ).toBe('drives[1].index');
  expect(optionOf({ drives: [{ image: 'a.img', formt: 'raw' }] })).toBe('drives[0].formt');
  expect(optionOf({ drives: [{ image: 'a.img', limits: { 'b p s': 5 } }] })).toBe("drives[0].limits['b p s']");
  expect(optionOf({ processors: { cores: 2, present: [0, { number: 1, id: '?' }] } })).toBe('processors.present[1].id');
  expect(optionOf({ boot: { bios: 'rawiron', demo: true } })).toBe('boot');
});
