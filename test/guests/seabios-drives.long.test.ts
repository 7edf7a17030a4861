import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import {
  type DriveOptions,
  Machine,
  type MachineOptions,
  type ScsiControllerModel,
  usbControllerModels,
} from '../../src/index.ts';
import { bootableIso } from '../support/iso-image.ts';

/** Debian's package `seabios`, unmodified. */
const image = '/usr/share/seabios/bios.bin';
/** That one has no drivers of NVMe, pvscsi and xHCI. */
const largeImage = '/usr/share/seabios/bios-256k.bin';
const TIMEOUT = 300_000;
const EXIT_PORT = 0xf4;

/** A boot sector that reads a sector of the drive it came from, by INT 13h's extensions, and prints its first 4 bytes. */
function bootSector(sector: number): Uint8Array {
  const source = `
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7000
        mov     si, packet
        mov     ah, 0x42
        int     0x13
        jc      .end
        mov     si, 0x9000
        mov     cx, 4
.next:  lodsb
        out     0xE9, al
        loop    .next
.end:   mov     al, 0
        out     ${EXIT_PORT}, al
        hlt
packet: dw      16, 1, 0x9000, 0
        dd      ${sector}, 0
        times   510 - ($ - $$) db 0
        dw      0xAA55
`;
  return assemble(source, { origin: 0x7c00, bits: 16 }).bytes;
}

function disk(): DriveOptions {
  const bytes = new Uint8Array(1 << 20);
  bytes.set(bootSector(1));
  bytes.set(Buffer.from('DISK'), 512);
  return { image: bytes, format: 'raw' };
}

function cd(): DriveOptions {
  const bytes = bootableIso(bootSector(30));
  bytes.set(Buffer.from('DISC'), 30 * 2048);
  return { image: bytes, format: 'raw', media: 'cdrom' };
}

const engines = ['interpreter', 'translator'] as const;
const places = ['first', 'slave', 'second channel'] as const;

describe.skipIf(!existsSync(image))('SeaBIOS boots', { timeout: TIMEOUT }, () => {
  test.each(engines)('a disk: %s', async (engine) => expect(await boot(engine, disk())).toBe('DISK'));
  test.each(engines)('a CD: %s', async (engine) => expect(await boot(engine, cd())).toBe('DISC'));
  test('a virtio disk', async () => {
    expect(await boot('translator', { ...disk(), interface: 'virtio' })).toBe('DISK');
  });
  test('a SATA disk', async () => {
    expect(await boot('translator', { ...disk(), interface: 'sata' })).toBe('DISK');
  });
  test('a SATA CD', async () => {
    expect(await boot('translator', { ...cd(), interface: 'sata', index: 3 })).toBe('DISC');
  });
  test.each(engines)('a disk of pvscsi: %s', async (engine) => {
    expect(await boot(engine, { ...disk(), interface: 'scsi' })).toBe('DISK');
  });
  test('a CD of pvscsi', async () => {
    expect(await boot('translator', { ...cd(), interface: 'scsi', index: 5 })).toBe('DISC');
  });
  test('the disk of pvscsi with the lowest number', async () => {
    const drives = [
      { ...disk(), image: new Uint8Array(1 << 20) },
      { ...disk(), index: 3, bootIndex: 1 },
    ];
    expect(await boot('translator', ...drives.map((drive) => ({ ...drive, interface: 'scsi' as const })))).toBe('DISK');
  });
  test.each(engines)('a disk of lsi53c895a: %s', async (engine) => {
    expect(await bootFrom('lsi53c895a', engine, { ...disk(), interface: 'scsi' })).toBe('DISK');
  });
  test.each(engines)('a disk of mptsas1068: %s', async (engine) => {
    expect(await bootFrom('mptsas1068', engine, { ...disk(), interface: 'scsi' })).toBe('DISK');
  });
  test('a CD of mptsas1068', async () => {
    expect(await bootFrom('mptsas1068', 'translator', { ...cd(), interface: 'scsi', index: 5 })).toBe('DISC');
  });
  test('the disk of mptsas1068 with the lowest number', async () => {
    const empty = { ...disk(), image: new Uint8Array(1 << 20), interface: 'scsi' as const };
    const other = { ...disk(), interface: 'scsi' as const, index: 6, bootIndex: 1 };
    expect(await bootFrom('mptsas1068', 'translator', empty, other)).toBe('DISK');
  });
  test('an NVMe disk', async () => {
    expect(await boot('translator', { ...disk(), interface: 'nvme' })).toBe('DISK');
  });
  test('the NVMe disk with the lowest number', async () => {
    const empty = { ...disk(), image: new Uint8Array(1 << 20) };
    const drives = [{ ...empty }, { ...disk(), interface: 'nvme' as const, bootIndex: 1 }];
    expect(await boot('translator', ...drives)).toBe('DISK');
  });
  test.each(usbControllerModels)('a USB disk of %s', async (model) => {
    const usbDisk: DriveOptions = { ...disk(), interface: 'usb' };
    const usbControllers = [{ model }];
    expect(
      await bootWith({ engine: 'translator', boot: { bios: largeImage }, drives: [usbDisk], usbControllers }),
    ).toBe('DISK');
  });
  test.each(places)('a disk, %s', async (place) => {
    expect(await boot('translator', { ...disk(), index: places.indexOf(place) })).toBe('DISK');
  });
});

function boot(engine: (typeof engines)[number], ...drives: DriveOptions[]): Promise<string> {
  const isLarge = drives.some((drive) => drive.interface === 'nvme' || drive.interface === 'scsi');
  const bios = isLarge ? largeImage : image;
  return bootWith({ engine, boot: { bios }, drives });
}

function bootFrom(
  model: ScsiControllerModel,
  engine: (typeof engines)[number],
  ...drives: DriveOptions[]
): Promise<string> {
  return bootWith({ engine, boot: { bios: largeImage }, drives, scsiControllers: [{ model }] });
}

async function bootWith(options: MachineOptions): Promise<string> {
  await using machine = await Machine.create({
    debugConsole: { iobase: 0xe9 },
    debugExit: { iobase: EXIT_PORT, iosize: 4 },
    ...options,
  });
  let text = '';
  machine.debugConsole.on('data', (bytes) => {
    text += Buffer.from(bytes).toString('latin1');
  });
  await machine.start();
  await machine.exited;
  return text;
}
