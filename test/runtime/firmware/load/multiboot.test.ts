import { describe, expect, test } from 'vitest';
import { type BootRequest, type BootState, detectKernel, loadKernel } from '../../../../runtime/firmware/load/index.ts';
import { addressedMultiboot, type ElfSegment, elf } from './images.ts';
import { BootMemory, overlaps } from './inspect.ts';

const MB = 1 << 20;

const simple = elf({
  entry: 0xc0100010,
  multibootFlags: 3,
  segments: [
    { virtualAddress: 0xc0100000, physicalAddress: 0x100000, fileBytes: 0x80, memoryBytes: 0x80 },
    { virtualAddress: 0, physicalAddress: 0, fileBytes: 0x20, memoryBytes: 0x20, type: 4 },
    { virtualAddress: 0xc0200000, physicalAddress: 0x200000, fileBytes: 0x10, memoryBytes: 0x3000 },
  ],
});

function load(request: Partial<BootRequest> = {}): BootState & { memory: BootMemory } {
  const boot = loadKernel({ kernel: simple, memoryBytes: 32 * MB, ...request });
  return { ...boot, memory: new BootMemory(boot) };
}

describe('ELF kernels', () => {
  test('segments go to their physical addresses, the rest is zeroed', () => {
    const boot = load();
    expect(boot.memory.bytes(0x100000, 2)).toEqual([1, 1]);
    expect(boot.memory.byte(0x200000)).toBe(3);
    const zeros = boot.writes.find(({ address }) => address === 0x200010)!;
    expect(zeros.bytes).toEqual(new Uint8Array(0x2ff0));
    expect(overlaps(boot)).toEqual([]);
  });

  test('a segment with no bytes of the file may name a place after its end', () => {
    const code = { virtualAddress: 0x100000, physicalAddress: 0x100000, fileBytes: 8, memoryBytes: 8 };
    const bss = {
      virtualAddress: 0x101000,
      physicalAddress: 0x101000,
      fileBytes: 0,
      memoryBytes: 0x4000,
      offset: 0x2000,
    };
    const kernel = elf({ entry: 0x100000, multibootFlags: 0, segments: [code, bss] });
    expect(kernel.length).toBeLessThan(bss.offset);
    const written = load({ kernel }).writes.find(({ address }) => address === 0x101000)!;
    expect(written.bytes).toEqual(new Uint8Array(0x4000));
  });

  test('the entry is a virtual address if a segment has it', () => {
    expect(load().registers.eip).toBe(0x100010);
    const segments = [{ virtualAddress: 0xc0100000, physicalAddress: 0x100000, fileBytes: 8, memoryBytes: 8 }];
    const kernel = elf({ entry: 0x100004, multibootFlags: 0, segments });
    expect(load({ kernel }).registers.eip).toBe(0x100004);
  });
});

describe('what a linker loads of the ELF file itself', () => {
  const at = (address: number, bytes: number, others: Partial<ElfSegment> = {}): ElfSegment => {
    const addresses = { virtualAddress: address, physicalAddress: address };
    return { ...addresses, fileBytes: bytes, memoryBytes: bytes, ...others };
  };
  const kernelOf = (segments: ElfSegment[]): Uint8Array => elf({ entry: 0x100000, multibootFlags: 0, segments });
  const headers = at(0xff000, 0x94, { offset: 0 });
  const code = at(0x100000, 0x10);

  test('is left out where there is no memory for it: headers in ROM, notes after the end of RAM', () => {
    const note = at(0x8048094, 0x24);
    const sameNote = at(0x8048094, 0x24, { type: 4, offset: 0x210 });
    const boot = load({ kernel: kernelOf([headers, code, note, sameNote]) });
    expect(boot.memory.bytes(0x100000, 2)).toEqual([2, 2]);
    const kernel = boot.writes.filter(({ address }) => address >= 0x100000);
    expect(kernel.map(({ address, bytes }) => [address, bytes.length])).toEqual([[0x100000, 0x10]]);
  });

  test('is left out together with the zeros that pad it, when code follows in the same segment', () => {
    const kernel = kernelOf([at(0xffe80, 0x300, { offset: 0 }), at(0x200000, 0x100)]);
    kernel.fill(0, 0x74, 0x200); // the Multiboot header is where RAM begins
    new DataView(kernel.buffer).setUint32(0x200, 0x1badb002, true);
    new DataView(kernel.buffer).setUint32(0x204, 0, true);
    new DataView(kernel.buffer).setUint32(0x208, -0x1badb002, true);
    const writes = load({ kernel }).writes.filter(({ address }) => address >= 0x100000);
    expect(writes[0]).toEqual({ address: 0x100000, bytes: kernel.subarray(0x180, 0x300) });
    expect(writes.map(({ address }) => address)).toEqual([0x100000, 0x200000]);
  });

  test('is loaded where there is memory for it', () => {
    const { memory } = load({ kernel: kernelOf([at(0x300000, 0x94, { offset: 0 }), code]) });
    expect(memory.u32(0x300000)).toBe(0x464c457f);
  });

  test('code before 1 MB is refused as ever', () => {
    expect(() => load({ kernel: kernelOf([at(0xff000, 0x1010)]) })).toThrow(/linked to 0xff000-0x100010/);
    expect(() => load({ kernel: kernelOf([at(0xff000, 0x1010, { offset: 0, fileBytes: 0x190 }), code]) })).toThrow(
      /linked to 0xff000-0x100010/,
    );
    expect(() => load({ kernel: kernelOf([headers]) })).toThrow(/no loadable segments/);
  });
});

describe('the CPU at the entry', () => {
  test('the magic number, the information structure, flat segments', () => {
    const { registers, mode, gdt, memory } = load();
    expect(mode).toBe('flat32');
    expect(registers.eax >>> 0).toBe(0x2badb002);
    expect(registers.eflags).toBe(2);
    // Some kernels call before they have a stack.
    expect(registers.esp).toBe(0x8000);
    expect(memory.bytes(gdt!.base + 0x10, 8)).toEqual([0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0]);
  });
});

describe('the information structure', () => {
  test('memory sizes, boot device, command line, modules, loader name, as QEMU has them', () => {
    const { memory, registers } = load({ kernelName: 'kernel.elf', commandLine: 'one two' });
    const word = (n: number): number => memory.u32(registers.ebx + n * 4);
    expect(word(0)).toBe(0x24f);
    expect([word(1), word(2)]).toEqual([639, 31 * 1024]);
    expect(word(3)).toBe(0x8000ffff);
    expect(memory.text(word(4))).toBe('kernel.elf one two');
    expect(memory.text(word(16))).toBe('rawiron');
  });

  test('the memory map', () => {
    const { memory, registers } = load();
    const at = memory.u32(registers.ebx + 48);
    expect(memory.u32(registers.ebx + 44)).toBe(5 * 24);
    const entries = [0, 1, 2, 3, 4].map((n) => [0, 4, 8, 12, 16, 20].map((field) => memory.u32(at + n * 24 + field)));
    expect(entries).toEqual([
      [20, 0, 0, 0x9fc00, 0, 1],
      [20, 0x9fc00, 0, 0x400, 0, 2],
      [20, 0xf0000, 0, 0x10000, 0, 2],
      [20, 0x100000, 0, 31 * MB, 0, 1],
      [20, 0xfffc0000, 0, 0x40000, 0, 2],
    ]);
  });

  test('the initrd is a module on a page after the kernel', () => {
    const boot = load({ initrd: new Uint8Array(5000).fill(9), initrdName: 'initrd.gz' });
    const { memory, registers } = boot;
    expect(memory.u32(registers.ebx) & 8).toBe(8);
    expect(memory.u32(registers.ebx + 20)).toBe(1);
    const module = memory.u32(registers.ebx + 24);
    expect([memory.u32(module), memory.u32(module + 4)]).toEqual([0x203000, 0x203000 + 5000]);
    expect(memory.text(memory.u32(module + 8))).toBe('initrd.gz');
    expect(memory.bytes(0x203000 + 4999, 2)).toEqual([9, 0]);
    expect(overlaps(boot)).toEqual([]);
  });

  test('without an initrd there are no modules', () => {
    const { memory, registers } = load();
    expect(memory.u32(registers.ebx + 20)).toBe(0);
  });
});

describe('images with address fields', () => {
  const BASE = 0x400000;

  test('are loaded as the fields say', () => {
    const kernel = addressedMultiboot([BASE + 0x20, BASE, BASE + 0x100, BASE + 0x5000, BASE + 0x30]);
    const boot = load({ kernel });
    const [image, zeros] = boot.writes.filter(({ address }) => address >= BASE);
    // The header is 20h bytes into the load and 40h into the file.
    expect(image).toEqual({ address: BASE, bytes: kernel.subarray(0x20, 0x120) });
    expect(zeros).toEqual({ address: BASE + 0x100, bytes: new Uint8Array(0x4f00) });
    expect(boot.registers.eip).toBe(BASE + 0x30);
  });

  test('a load end of 0 is the end of the file, a BSS end of 0 is no BSS', () => {
    const kernel = addressedMultiboot([BASE + 0x40, BASE, 0, 0, BASE]);
    const parts = load({ kernel }).writes.filter(({ address }) => address >= BASE);
    expect(parts).toEqual([{ address: BASE, bytes: kernel }]);
  });

  test('they win over an ELF header', () => {
    const kernel = addressedMultiboot([BASE + 0x40, BASE, 0, 0, BASE]);
    new DataView(kernel.buffer).setUint32(0, 0x464c457f, true);
    expect(load({ kernel }).registers.eip).toBe(BASE);
  });
});

describe('the header', () => {
  const fields = [0x400000, 0x400000, 0, 0, 0x400000];

  test('is found in the first 8 KB, at a multiple of 4, with the right sum', () => {
    expect(detectKernel(addressedMultiboot(fields, 0x3000, 8192 - 12))).toBe('multiboot');
    expect(() => detectKernel(addressedMultiboot(fields, 0x3000, 8192 - 8))).toThrow(/neither/);
    expect(() => detectKernel(addressedMultiboot(fields, 0x3000, 0x42))).toThrow(/neither/);
    const wrongSum = addressedMultiboot(fields);
    wrongSum[0x48]!++;
    expect(() => detectKernel(wrongSum)).toThrow(/neither/);
  });

  test('an ELF file without one is told from other files', () => {
    expect(() => detectKernel(elf({ entry: 0, segments: [] }))).toThrow(
      /ELF file without a Multiboot header; .* not vmlinux/,
    );
  });
});

describe('what cannot be booted', () => {
  const segment = { virtualAddress: 0x100000, physicalAddress: 0x100000, fileBytes: 16, memoryBytes: 16 };
  const withSegment = (changes: object, others: object = {}): Uint8Array =>
    elf({ entry: 0x100000, multibootFlags: 0, segments: [{ ...segment, ...changes }], ...others });
  const plain = addressedMultiboot([]);
  new DataView(plain.buffer).setUint32(0x44, 3, true);
  new DataView(plain.buffer).setUint32(0x48, -(0x1badb002 + 3), true);

  const cases: [string, Partial<BootRequest>, RegExp][] = [
    [
      'unknown requirements',
      { kernel: elf({ entry: 0, multibootFlags: 0x18, segments: [] }) },
      /features that do not exist here \(flags 0x18\)/,
    ],
    ['neither ELF nor address fields', { kernel: plain }, /neither ELF nor has it address fields/],
    ['a 64-bit ELF file', { kernel: withSegment({}, { elfClass: 2 }) }, /not for i386/],
    ['another machine', { kernel: withSegment({}, { machine: 40 }) }, /not for i386/],
    ['nothing to load', { kernel: withSegment({ type: 4 }) }, /no loadable segments/],
    ['a truncated segment', { kernel: withSegment({}).subarray(0, 0x208) }, /truncated: 520 of 528 bytes/],
    ['a file larger than its memory', { kernel: withSegment({ memoryBytes: 8 }) }, /larger than its memory/],
    [
      'too little memory',
      { kernel: withSegment({ memoryBytes: 40 * MB }) },
      /up to 41 MB and the machine has 32 MB; give it at least 41 MB/,
    ],
    [
      'a place in the hole',
      { kernel: withSegment({ physicalAddress: 0xa0000 }) },
      /linked to 0xa0000-0xa0010, which is not free memory/,
    ],
    ['truncated address fields', { kernel: addressedMultiboot([], 0x50) }, /truncated within its Multiboot header/],
    [
      'a truncated image',
      { kernel: addressedMultiboot([0x400040, 0x400000, 0x402000, 0, 0x400000]) },
      /truncated: 4096 of 8192 bytes/,
    ],
    ['contradicting addresses', { kernel: addressedMultiboot([0x400040, 0x500000, 0, 0, 0x400000]) }, /contradict/],
    [
      'an initrd too large',
      { initrd: new Uint8Array(31 * MB) },
      /initrd of 31 MB does not fit .* ends at 2 MB: the machine has 32 MB; give it at least 34 MB$/,
    ],
  ];
  test.each(cases)('%s', (_, request, message) => {
    expect(() => load(request)).toThrow(message);
  });
});
