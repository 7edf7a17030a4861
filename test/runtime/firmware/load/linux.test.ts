import { describe, expect, test } from 'vitest';
import { type BootRequest, type BootState, detectKernel, loadKernel } from '../../../../runtime/firmware/load/index.ts';
import { type BzImageFields, bzImage } from './images.ts';
import { BootMemory, overlaps } from './inspect.ts';

const MB = 1 << 20;

function load(request: Partial<BootRequest> = {}, fields: BzImageFields = {}): BootState & { memory: BootMemory } {
  const boot = loadKernel({ kernel: bzImage(fields), memoryBytes: 128 * MB, ...request });
  return { ...boot, memory: new BootMemory(boot) };
}

/** Megabytes that the error asks for. */
function memoryAskedFor(work: () => unknown): number {
  try {
    work();
  } catch (error) {
    return Number(/give it at least (\d+) MB$/.exec((error as Error).message)?.[1]);
  }
  throw new Error('there was room enough');
}

/** [start, size, type] of each e820 entry. */
function e820({ memory, registers }: ReturnType<typeof load>): number[][] {
  return Array.from({ length: memory.byte(registers.esi + 0x1e8) }, (_, index) => {
    const entry = registers.esi + 0x2d0 + index * 20;
    expect([memory.u32(entry + 4), memory.u32(entry + 12)]).toEqual([0, 0]);
    return [memory.u32(entry), memory.u32(entry + 8), memory.u32(entry + 16)];
  });
}

describe('the CPU at the entry', () => {
  test('protected mode, interrupts off, the boot segments, ESI at the zero page', () => {
    const { registers, mode, selectors, gdt, memory } = load();
    expect(mode).toBe('flat32');
    expect(registers).toMatchObject({ eip: 0x100000, eflags: 2, ebx: 0, ebp: 0, edi: 0 });
    expect(selectors).toEqual({ code: 0x10, data: 0x18 });
    expect(memory.bytes(gdt!.base + 0x10, 16)).toEqual([
      ...[0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0],
      ...[0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0],
    ]);
    expect(gdt!.limit).toBe(31);
    expect(memory.u32(registers.esi + 0x202)).toBe(0x53726448);
  });

  test('the entry is where the header says', () => {
    const kernel = bzImage();
    new DataView(kernel.buffer).setUint32(0x214, 0x100200, true);
    expect(load({ kernel }).registers.eip).toBe(0x100200);
  });
});

describe('what is in memory', () => {
  test('the protected-mode part at 1 MB, and nothing on top of another thing', () => {
    const boot = load({ initrd: new Uint8Array(5000).fill(7), commandLine: 'console=ttyS0' });
    expect(boot.memory.bytes(0x100000, 4)).toEqual([0xa5, 0xa5, 0xa5, 0xa5]);
    expect(boot.memory.byte(0x100000 + 0x3000)).toBe(0);
    expect(overlaps(boot)).toEqual([]);
  });

  test('setup_sects of 0 means 4', () => {
    const kernel = bzImage({ setupSectors: 4 });
    kernel[0x1f1] = 0;
    expect(load({ kernel }).memory.byte(0x100000)).toBe(0xa5);
  });

  test('the setup header, with what the loader fills in', () => {
    const { memory, registers } = load();
    const field = (offset: number): number => registers.esi + offset;
    expect(memory.u16(field(0x206))).toBe(0x20f);
    expect(memory.byte(field(0x210))).toBe(0xff);
    expect(memory.byte(field(0x211))).toBe(0x81);
    expect(memory.u16(field(0x224))).not.toBe(0);
    expect(memory.u32(field(0x214))).toBe(0x100000);
    expect(memory.u32(field(0x218))).toBe(0);
    expect(memory.u32(field(0x21c))).toBe(0);
    // Before the setup header the page is the loader's, not the file's.
    expect(memory.byte(field(0x1f0))).toBe(0);
  });

  test('the command line, in UTF-8', () => {
    const { memory, registers } = load({ commandLine: 'root=/dev/ram motd=Grüße€😀' });
    expect(memory.text(memory.u32(registers.esi + 0x228))).toBe('root=/dev/ram motd=Grüße€😀');
  });

  test('fields of the BIOS data area', () => {
    const { memory } = load();
    expect([memory.u16(0x400), memory.u16(0x40e), memory.u16(0x413)]).toEqual([0x3f8, 0x9fc0, 639]);
  });

  test('the screen, if there is one', () => {
    const without = load();
    expect(without.memory.byte(without.registers.esi + 0x0f)).toBe(0);
    const { memory, registers } = load({ screen: { columns: 80, rows: 25 } });
    expect([0x06, 0x07, 0x0e, 0x0f, 0x10].map((offset) => memory.byte(registers.esi + offset))).toEqual([
      3, 80, 25, 1, 16,
    ]);
  });
});

describe('the memory map', () => {
  const ROM = [0xfffc0000, 0x40000, 2];

  test('has the hole below 1 MB, and the place of the ROM below 4 GB', () => {
    const boot = load();
    expect(e820(boot)).toEqual([
      [0, 0x9fc00, 1],
      [0x9fc00, 0x400, 2],
      [0xf0000, 0x10000, 2],
      [0x100000, 127 * MB, 1],
      ROM,
    ]);
    expect(boot.memory.u32(boot.registers.esi + 0x1e0)).toBe(127 * 1024);
    expect(boot.memory.u16(boot.registers.esi + 2)).toBe(0xffff);
  });

  test('ACPI tables at the top are taken out, and the RSDP is named', () => {
    const tables = [
      { address: 0xf5000, bytes: new Uint8Array(36).fill(1) },
      { address: 128 * MB - 0x1800, bytes: new Uint8Array(0x900).fill(2) },
    ];
    const boot = load({ acpi: { tables, rsdpAddress: 0xf5000 }, initrd: new Uint8Array(100).fill(3) });
    expect(e820(boot).slice(2)).toEqual([
      [0xf0000, 0x10000, 2],
      [0x100000, 127 * MB - 0x2000, 1],
      [128 * MB - 0x2000, 0x2000, 3],
      ROM,
    ]);
    expect(boot.memory.u32(boot.registers.esi + 0x70)).toBe(0xf5000);
    expect(boot.memory.byte(0xf5000)).toBe(1);
    expect(boot.memory.byte(128 * MB - 0x1800)).toBe(2);
    expect(boot.memory.u32(boot.registers.esi + 0x218)).toBe(128 * MB - 0x3000);
    expect(overlaps(boot)).toEqual([]);
  });

  test('tables in the middle split the memory', () => {
    const tables = [{ address: 64 * MB, bytes: new Uint8Array(1) }];
    expect(e820(load({ acpi: { tables, rsdpAddress: 64 * MB } })).slice(3)).toEqual([
      [MB, 63 * MB, 1],
      [64 * MB, 0x1000, 3],
      [64 * MB + 0x1000, 64 * MB - 0x1000, 1],
      ROM,
    ]);
  });
});

describe('the initrd', () => {
  const initrd = Uint8Array.from({ length: 5000 }, (_, n) => n);

  test('lies at the top of the memory, on a page', () => {
    const { memory, registers } = load({ initrd });
    expect(memory.u32(registers.esi + 0x218)).toBe(128 * MB - 0x2000);
    expect(memory.u32(registers.esi + 0x21c)).toBe(5000);
    expect(memory.bytes(128 * MB - 0x2000, 5000)).toEqual([...initrd]);
  });

  test('stays below the highest address that the kernel allows', () => {
    const { memory, registers } = load({ initrd }, { initrdAddressMax: 64 * MB - 1 });
    expect(memory.u32(registers.esi + 0x218)).toBe(64 * MB - 0x2000);
  });

  test('stays above the memory that the kernel decompresses itself to', () => {
    const large = new Uint8Array(90 * MB);
    const { memory, registers } = load({ initrd: large });
    expect(memory.u32(registers.esi + 0x218)).toBeGreaterThanOrEqual(24 * MB);
    expect(() => load({ initrd: new Uint8Array(105 * MB) })).toThrow(
      /^the initrd of 105 MB does not fit .* machine has 128 MB.*; give it at least 129 MB$/,
    );
  });

  test.each([
    [8, 0],
    [8, 1],
    [8, 2.5],
    [23, 10],
    [24, 1],
    [25, 1.5],
    [64, 100],
  ])('%d MB are too few with an initrd of %d MB, and what the error asks for is just enough', (megabytes, size) => {
    const images = { initrd: new Uint8Array(size * MB) };
    const enough = memoryAskedFor(() => load({ ...images, memoryBytes: megabytes * MB }));
    expect(() => load({ ...images, memoryBytes: enough * MB })).not.toThrow();
    expect(memoryAskedFor(() => load({ ...images, memoryBytes: (enough - 1) * MB }))).toBe(enough);
  });

  test('one that is larger than what the kernel allows: no memory helps', () => {
    expect(() => load({ initrd: new Uint8Array(50 * MB) }, { initrdAddressMax: 64 * MB - 1 })).toThrow(
      /below 64 MB; no more memory helps; give a smaller initrd/,
    );
  });

  test('an empty one is none', () => {
    const { memory, registers } = load({ initrd: new Uint8Array(0) });
    expect(memory.u32(registers.esi + 0x218)).toBe(0);
  });
});

describe('the memory that the kernel runs in', () => {
  const small = (fields: BzImageFields) => () => load({ memoryBytes: 4 * MB }, { initSize: 4 * MB, ...fields });
  const cases: [string, BzImageFields, number][] = [
    ['the preferred address', { preferredAddress: 16 * MB, kernelAlignment: 2 * MB }, 20],
    [
      'the next multiple of the alignment, if that is higher',
      { preferredAddress: 2 * MB, kernelAlignment: 8 * MB },
      12,
    ],
    [
      'the preferred address of one that cannot move',
      { preferredAddress: 2 * MB, kernelAlignment: 8 * MB, relocatable: 0 },
      6,
    ],
    [
      'what is loaded, if that is larger',
      { preferredAddress: MB, kernelAlignment: MB, initSize: MB, payloadBytes: 6 * MB },
      7,
    ],
  ];
  test.each(cases)('begins at %s', (_, fields, end) => {
    expect(small(fields)).toThrow(`needs memory up to ${end} MB`);
  });
});

describe('older protocols', () => {
  test('2.02 has no initrd_addr_max, no cmdline_size and no init_size', () => {
    const fields = { version: 0x202, initrdAddressMax: 1, commandLineSize: 1, initSize: 0x7fffffff };
    const { memory, registers } = load(
      { initrd: new Uint8Array(1), memoryBytes: 1024 * MB, commandLine: 'x'.repeat(255) },
      fields,
    );
    expect(memory.u32(registers.esi + 0x218)).toBe(0x37fff000);
    expect(() => load({ commandLine: 'x'.repeat(256) }, fields)).toThrow(/256 bytes and this kernel takes 255/);
  });

  test('2.03 has a size of 16 bits that says nothing', () => {
    const kernel = bzImage({ version: 0x203 });
    new DataView(kernel.buffer).setUint32(0x1f4, 0xffff_ffff, true);
    expect(load({ kernel }).registers.eip).toBe(0x100000);
  });
});

describe('what cannot be booted', () => {
  const truncated = bzImage().subarray(0, 0x2000);
  const cases: [string, () => unknown, RegExp][] = [
    ['a zImage', () => load({}, { loadFlags: 0 }), /is a zImage, so firmware has to boot it; give vga: 'std'/],
    [
      'an old protocol',
      () => load({}, { version: 0x201 }),
      /older than Linux boot protocol 2\.02 \(Linux 2\.4\), so firmware/,
    ],
    ['a 64-bit kernel', () => load({}, { extendedLoadFlags: 1 }), /built for x86-64 .* give an i386 \(i686\) kernel/],
    ['a truncated file', () => load({ kernel: truncated }), /truncated: 8192 of 14848 bytes/],
    ['only the setup part', () => load({ kernel: bzImage().subarray(0, 5 * 512) }), /truncated/],
    [
      'too little memory',
      () => load({ memoryBytes: 16 * MB }),
      /up to 24 MB and the machine has 16 MB; give it at least 24 MB/,
    ],
    ['1 MB', () => load({ memoryBytes: MB }), /the machine has 1 MB/],
    [
      'a long command line',
      () => load({ commandLine: 'ä'.repeat(1024) }),
      /2048 bytes and this kernel takes 2047; shorten it/,
    ],
  ];
  test.each(cases)('%s', (_, work, message) => {
    expect(work).toThrow(message);
  });

  test('what is no kernel at all', () => {
    expect(() => detectKernel(new Uint8Array(100_000))).toThrow(
      /neither a Linux kernel \(bzImage\) nor a Multiboot kernel/,
    );
    expect(() => detectKernel(new Uint8Array(0))).toThrow(/empty/);
    expect(() => detectKernel(Uint8Array.of(1, 2, 3))).toThrow(/neither/);
    expect(detectKernel(bzImage())).toBe('linux');
  });
});

test('Linux takes no modules', () => {
  const request = { kernel: bzImage(), memoryBytes: 128 * MB, modules: [{ image: new Uint8Array(1) }] };
  expect(() => loadKernel(request)).toThrow('modules are for Multiboot kernels, and this one is Linux');
});
