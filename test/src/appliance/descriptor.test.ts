import { expect, test } from 'vitest';
import { readDescriptor } from '../../../src/appliance/descriptor.ts';
import type { ApplianceImage } from '../../../src/appliance/drives.ts';
import { optionsOf } from '../../../src/appliance/machine.ts';
import { descriptorOf, disk, file, item, type Sample } from './samples.ts';

const DISK = 17;
const CDROM = 15;

function read(sample: Sample) {
  return readDescriptor(descriptorOf(sample), 'sample.ovf');
}

/** Options and notes, with these images. */
function options(sample: Sample, ...names: readonly string[]) {
  const notes: string[] = [];
  const images = new Map(names.map((image): [string, ApplianceImage] => [image, { image, format: 'vmdk' }]));
  const found = optionsOf(read(sample), images, (note) => void notes.push(note));
  return { ...found, notes };
}

const vmdk = { files: [file('f', 'a.vmdk')], disks: [disk('d', 'f')] };

test.each([
  [{ AllocationUnits: 'byte * 2^20', VirtualQuantity: 256 }, 256],
  [{ AllocationUnits: 'MegaBytes', VirtualQuantity: 256 }, 256],
  [{ AllocationUnits: 'GigaBytes', VirtualQuantity: 1 }, 1024],
  [{ AllocationUnits: 'byte*2^30', VirtualQuantity: 1 }, 1024],
  [{ AllocationUnits: 'byte', VirtualQuantity: 1 << 26 }, 64],
  [{ VirtualQuantity: 64 }, 64],
])('memory: %j', (members, megabytes) => {
  expect(options({ items: [item(4, 1, members)] }).memory).toBe(megabytes);
});

test.each([
  [{ AllocationUnits: 'pages', VirtualQuantity: 1 }, '1 pages'],
  [{ VirtualQuantity: 'lots' }, 'lots byte * 2^20'],
  [{ VirtualQuantity: -5 }, '-5 byte * 2^20'],
])('memory that is not understood is named: %j', (members, text) => {
  const { memory, notes } = options({ items: [item(4, 1, members)] });
  expect([memory, notes]).toEqual([
    undefined,
    [`memory of '${text}' is not understood; give the machine memory by -m`],
  ]);
});

test('name, processors, cards and sound are read; what there is not is named', () => {
  const items = [
    item(3, 1, { VirtualQuantity: 2 }),
    item(10, 2, { ResourceSubType: 'PCNet32', ElementName: 'first card' }),
    item(10, 3, { ResourceSubType: 'constructor', ElementName: 'second card' }),
    item(35, 4, { ResourceSubType: 'ensoniq1371', ElementName: 'sound' }),
    item(35, 5, { ResourceSubType: 'AC97' }),
  ];
  expect(read({ items }).name).toBe('Sample & Co');
  const { processors, network, soundCards, notes } = options({ items });
  expect({ processors, network, soundCards }).toEqual({
    processors: 2,
    network: [{ card: 'pcnet' }, { card: 'e1000' }],
    soundCards: ['AC97'],
  });
  expect(notes).toEqual([
    'second card is an e1000: there is no constructor',
    'sound is left out: there is no ensoniq1371',
  ]);
});

test('names that a terminal would obey are shown', () => {
  const items = [item(10, 1, { ResourceSubType: 'Some\u009bNet', ElementName: 'card\n\u202e' })];
  expect(options({ items }).notes).toEqual(['card\\x0a\\u202e is an e1000: there is no Some\\x9bNet']);
  const drive = item(DISK, 2, { Parent: 1, HostResource: '/disk/\u009bd' });
  expect(() => read({ items: [drive] })).toThrow("the disk '\\x9bd' has no file");
});

test('drives are where the appliance has them', () => {
  const items = [
    item(5, 1, { Address: 0 }),
    item(5, 2, { Address: 1 }),
    item(20, 3, { ResourceSubType: 'AHCI' }),
    item(DISK, 4, { Parent: 2, AddressOnParent: 0, HostResource: 'ovf:/disk/d' }),
    item(CDROM, 5, { Parent: 1, AddressOnParent: 1 }),
    item(DISK, 6, { Parent: 3, AddressOnParent: 1, HostResource: '/disk/e' }),
    item(CDROM, 7, { Parent: 3, AddressOnParent: 0, HostResource: 'ovf:/file/g' }),
    item(14, 8, { AddressOnParent: 0 }),
  ];
  const files = [file('f', 'a.vmdk'), file('g', 'b.iso'), file('h', 'c.vmdk')];
  const sample = { files, disks: [disk('d', 'f'), disk('e', 'h')], items };
  expect(options(sample, 'a.vmdk', 'b.iso', 'c.vmdk').drives).toEqual([
    { image: 'b.iso', format: 'vmdk', snapshot: false, media: 'cdrom', interface: 'sata' },
    { interface: 'floppy', index: 0 },
    { media: 'cdrom', index: 1 },
    { image: 'c.vmdk', format: 'vmdk', snapshot: true, media: 'disk', interface: 'sata' },
    { image: 'a.vmdk', format: 'vmdk', snapshot: true, media: 'disk', index: 2 },
  ]);
});

test("a disk of VMware's own controller is on one, other SCSI disks are on the IDE", () => {
  const items = [
    item(6, 1, { ResourceSubType: 'VirtualSCSI' }),
    item(6, 2, { ResourceSubType: 'lsilogic' }),
    item(DISK, 3, { Parent: 1, AddressOnParent: 3, HostResource: '/disk/d' }),
    item(DISK, 4, { Parent: 2, AddressOnParent: 0, HostResource: '/disk/e', ElementName: 'second disk' }),
    item(10, 5, { ResourceSubType: 'VmxNet3' }),
  ];
  const files = [file('f', 'a.vmdk'), file('g', 'b.vmdk')];
  const { drives, network, notes } = options(
    { files, disks: [disk('d', 'f'), disk('e', 'g')], items },
    'a.vmdk',
    'b.vmdk',
  );
  expect(drives).toEqual([
    { image: 'a.vmdk', format: 'vmdk', snapshot: true, media: 'disk', interface: 'scsi', index: 3 },
    { image: 'b.vmdk', format: 'vmdk', snapshot: true, media: 'disk' },
  ]);
  expect([network, notes]).toEqual([
    [{ card: 'vmxnet3' }],
    ['second disk is on the IDE: there is no lsilogic controller'],
  ]);
});

test("disks of LSI's SAS controller are on one, and at other places of it where it has not those that are named", () => {
  const items = [
    item(6, 1, { ResourceSubType: 'lsilogicsas' }),
    item(6, 2, { ResourceSubType: 'VirtualSCSI' }),
    item(CDROM, 3, { Parent: 2, AddressOnParent: 1, HostResource: 'ovf:/file/h' }),
    item(DISK, 4, { Parent: 1, AddressOnParent: 7, HostResource: '/disk/d' }),
    item(DISK, 5, { Parent: 1, AddressOnParent: 8, HostResource: '/disk/e', ElementName: 'second disk' }),
  ];
  const files = [file('f', 'a.vmdk'), file('g', 'b.vmdk'), file('h', 'c.iso')];
  const sample = { files, disks: [disk('d', 'f'), disk('e', 'g')], items };
  const { drives, scsiControllers, notes } = options(sample, 'a.vmdk', 'b.vmdk', 'c.iso');
  expect(scsiControllers).toEqual([{ model: 'mptsas1068' }, { model: 'pvscsi' }]);
  expect(drives).toEqual([
    { image: 'a.vmdk', format: 'vmdk', snapshot: true, media: 'disk', interface: 'scsi', index: 7 },
    { image: 'b.vmdk', format: 'vmdk', snapshot: true, media: 'disk', interface: 'scsi', index: 0 },
    { image: 'c.iso', format: 'vmdk', snapshot: false, media: 'cdrom', interface: 'scsi', index: 17 },
  ]);
  expect(notes).toEqual(['second disk is at another place of the SCSI: its own place is not there, or is taken']);
});

test.each(['constructor', '__proto__'])('a controller and a card may be called %s', (model) => {
  const items = [
    item(6, 1, { ResourceSubType: model }),
    item(DISK, 2, { Parent: 1, AddressOnParent: 0, HostResource: '/disk/d' }),
    item(10, 3, { ResourceSubType: model, ElementName: 'the card' }),
  ];
  expect(options({ ...vmdk, items }, 'a.vmdk')).toMatchObject({
    drives: [{ image: 'a.vmdk' }],
    network: [{ card: 'e1000' }],
    notes: [`a drive is on the IDE: there is no ${model} controller`, `the card is an e1000: there is no ${model}`],
  });
});

const twoFiles = { files: [file('f', 'a.vmdk'), file('g', 'b.vmdk')], disks: [disk('d', 'f'), disk('e', 'g')] };
const onePlace = (parent: number, unit: number, more: number) => [
  item(DISK, 10, { Parent: parent, AddressOnParent: unit, HostResource: '/disk/d', ElementName: 'first' }),
  item(DISK, 11, { Parent: parent + more, AddressOnParent: unit, HostResource: '/disk/e', ElementName: 'second' }),
];

test.each<[string, readonly string[], readonly object[], RegExp]>([
  [
    'two disks at one place of the IDE',
    [item(5, 1), ...onePlace(1, 0, 0)],
    [{ index: 0 }, {}],
    /^second is at another place of the IDE: its own place is not there, or is taken$/,
  ],
  [
    'a second controller of VMware',
    [
      item(6, 1, { ResourceSubType: 'VirtualSCSI' }),
      item(6, 2, { ResourceSubType: 'VirtualSCSI' }),
      ...onePlace(1, 3, 1),
    ],
    [
      { interface: 'scsi', index: 3 },
      { interface: 'scsi', index: 0 },
    ],
    /^second is at another place of the SCSI/,
  ],
  [
    'a controller of virtio',
    [item(20, 1, { ResourceSubType: 'AHCI' }), item(20, 2, { ResourceSubType: 'VirtioSCSI' }), ...onePlace(1, 0, 1)],
    [{ interface: 'sata' }, {}],
    /^second is on the IDE: there is no VirtioSCSI controller$/,
  ],
])('%s: the second disk is where there is a place', (_, items, places, message) => {
  const { drives, notes } = options({ ...twoFiles, items }, 'a.vmdk', 'b.vmdk');
  const found = drives?.map((drive) => ({ ...(drive as object), image: '', format: '', media: '', snapshot: '' }));
  expect(found).toEqual(places.map((place) => ({ ...place, image: '', format: '', media: '', snapshot: '' })));
  expect(notes).toEqual([expect.stringMatching(message)]);
});

test('disks that the IDE has no place for are on the SATA, and the CD-ROM drive keeps its place', () => {
  const disks = Array.from({ length: 5 }, (_, n) =>
    item(DISK, 10 + n, { Parent: 1, AddressOnParent: n, HostResource: '/disk/d', ElementName: `disk ${n}` }),
  );
  const items = [item(6, 1, { ResourceSubType: 'buslogic' }), item(5, 2, { Address: 1 }), ...disks];
  const { drives, notes } = options(
    { ...vmdk, items: [...items, item(CDROM, 20, { Parent: 2, AddressOnParent: 0 })] },
    'a.vmdk',
  );
  const kinds = drives?.map((drive) => (drive as { interface?: string; index?: number }).interface ?? 'ide');
  expect(kinds).toEqual(['ide', 'ide', 'ide', 'sata', 'sata', 'ide']);
  expect(drives?.filter((drive) => (drive as { index?: number }).index !== undefined)).toEqual([
    { media: 'cdrom', index: 2 },
  ]);
  expect(notes.at(-1)).toBe('disk 4 is on the SATA: there is no buslogic controller');
});

test.each(['NVMe', 'vmware.nvme.controller'])('a disk of the controller %s is one of NVMe', (model) => {
  const items = [
    item(20, 1, { ResourceSubType: model }),
    item(DISK, 2, { Parent: 1, AddressOnParent: 0, HostResource: '/disk/d' }),
  ];
  const { drives, notes } = options({ ...vmdk, items }, 'a.vmdk');
  expect([drives, notes]).toEqual([[expect.objectContaining({ interface: 'nvme', image: 'a.vmdk' })], []]);
});

test("VMware's flexible card is a PCnet; more processors than there can be are named", () => {
  const items = [item(3, 1, { VirtualQuantity: 64 }), item(10, 2, { ResourceSubType: 'Flexible' })];
  const { network, processors, notes } = options({ items });
  expect([network, processors]).toEqual([[{ card: 'pcnet' }], 32]);
  expect(notes).toEqual(['it wants 64 processors, and gets 32']);
});

test('items of the second version have forms of their own', () => {
  const items = [
    item(5, 1),
    item(DISK, 2, { Parent: 1, AddressOnParent: 0, HostResource: '/disk/d' }).replaceAll('Item', 'StorageItem'),
    item(10, 3, { ResourceSubType: 'E1000' }).replaceAll('Item', 'EthernetPortItem'),
  ];
  const { drives, network } = options({ ...vmdk, items }, 'a.vmdk');
  expect([drives?.length, network]).toEqual([1, [{ card: 'e1000' }]]);
});

test('firmware that is no BIOS, and more memory than there can be, are named', () => {
  const { memory, notes } = options({
    items: [item(4, 1, { VirtualQuantity: 8192 })],
    config: '<vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>',
  });
  expect(memory).toBe(2020);
  expect(notes).toEqual([
    expect.stringContaining("firmware of the kind 'efi'"),
    'it wants 8192 MB of memory, and gets 2020',
  ]);
});

const onIde = [item(5, 1), item(DISK, 2, { Parent: 1, HostResource: '/disk/d' })];

test.each<[string, Sample, RegExp]>([
  ['an empty disk', { disks: [disk('d', '')], items: onIde }, /the disk 'd' has no file/],
  [
    'a file that is compressed',
    { ...vmdk, files: [file('f', 'a', 'ovf:compression="gzip"')], items: onIde },
    /a is compressed \(gzip\)/,
  ],
  [
    'a file in parts',
    { ...vmdk, files: [file('f', 'a', 'ovf:chunkSize="100"')], items: onIde },
    /a is in several parts/,
  ],
  [
    'changes of another disk',
    { ...vmdk, disks: [disk('d', 'f', 'ovf:parentRef="p"')], items: onIde },
    /holds changes of another one/,
  ],
  [
    'an image that is no file of the appliance',
    { ...vmdk, items: [item(5, 1), item(DISK, 2, { Parent: 1, HostResource: 'datastore/a' })] },
    /a hard disk has 'datastore\/a' for its image/,
  ],
  [
    'a crowd of devices',
    { ...vmdk, items: Array.from({ length: 5000 }, (_, n) => item(DISK, n, { HostResource: '/disk/d' })) },
    /more than 1000 devices/,
  ],
])('%s is refused by name', (_, sample, message) => {
  expect(() => read(sample)).toThrow(message);
});

test.each([
  ['<a', /sample.ovf is no XML that can be read/],
  ['<Envelope/>', /describes no machine/],
  [
    '<Envelope><VirtualSystemCollection><VirtualSystem/><VirtualSystem/></VirtualSystemCollection></Envelope>',
    /describes 2 machines/,
  ],
  ['<!DOCTYPE a [<!ENTITY b "c">]><Envelope>&b;</Envelope>', /no XML that can be read/],
])('%s is no descriptor', (text, message) => {
  expect(() => readDescriptor(text, 'sample.ovf')).toThrow(message);
});
