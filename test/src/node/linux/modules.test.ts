import { expect, test } from 'vitest';
import { describeModule, type LinuxModule, ModuleTree, moduleName } from '../../../../src/node/linux/modules.ts';

const modules: Readonly<Record<string, Partial<LinuxModule>>> = {
  'kernel/fs/ext4/ext4.ko': { needs: ['jbd2', 'crc16'], before: ['crc32c'], aliases: ['fs-ext4'] },
  'kernel/fs/jbd2/jbd2.ko': {},
  'kernel/lib/crc16.ko': {},
  'kernel/arch/x86/crypto/crc32c-intel.ko': { aliases: ['crc32c', 'cpu:type:*'] },
  'kernel/crypto/crc32c_generic.ko': { aliases: ['crc32c'] },
  'kernel/drivers/net/ne2k-pci.ko': { needs: ['8390'], before: ['not-there'], aliases: ['pci:v000010ECd00008029*'] },
  'kernel/drivers/net/8390.ko': {},
};

const tree = new ModuleTree(
  '6.1.0-1-686',
  () => Object.entries(modules).map(([path, told]) => ({ path, needs: [], before: [], aliases: [], ...told })),
  async (paths) => paths.map((path) => Buffer.from(path)),
);
const order = (...names: string[]) => tree.inOrder(names).map(({ path }) => moduleName(path));

test('modules come after what they need, and after what is to be loaded before them', () => {
  expect(order('ext4')).toEqual(['jbd2', 'crc16', 'crc32c_generic', 'ext4']);
  expect(order('8390', 'ne2k_pci', 'crc16')).toEqual(['8390', 'ne2k_pci', 'crc16']);
});

test('a hyphen of a name and an underscore are one', () => {
  expect(order('ne2k-pci')).toEqual(order('ne2k_pci'));
  expect(tree.has('crc32c-generic')).toBe(true);
});

test('a module that is not there is named', () => {
  expect(tree.has('e1000')).toBe(false);
  expect(() => tree.inOrder(['e1000'])).toThrow('there is no module e1000 of the kernel 6.1.0-1-686');
});

test('modprobe gets its lists', async () => {
  const entries = await tree.entries(['ne2k-pci']);
  const text = (name: string) => entries.find(({ path }) => path === `lib/modules/6.1.0-1-686/${name}`);
  expect(text('kernel/drivers/net/8390.ko')).toMatchObject({ type: 'file' });
  expect(text('modules.dep')).toMatchObject({
    data: 'kernel/drivers/net/8390.ko:\nkernel/drivers/net/ne2k-pci.ko: kernel/drivers/net/8390.ko\n',
  });
  expect(text('modules.alias')).toMatchObject({ data: 'alias pci:v000010ECd00008029* ne2k_pci\n' });
});

/** A 32-bit ELF file with the sections `.shstrtab` and `.modinfo` (Tool Interface Standard, ELF 1.2). */
function elf(modinfo: string): Buffer {
  const names = '\0.shstrtab\0.modinfo\0';
  const header = Buffer.alloc(52);
  header.write('\x7fELF\x01\x01\x01', 'latin1');
  const sections = [
    [0, 0, 0],
    [1, 52, names.length],
    [11, 52 + names.length, modinfo.length],
  ] as const;
  const table = Buffer.alloc(40 * sections.length);
  sections.forEach(([name, offset, size], n) => {
    table.writeUInt32LE(name, n * 40);
    table.writeUInt32LE(offset, n * 40 + 16);
    table.writeUInt32LE(size, n * 40 + 20);
  });
  header.writeUInt32LE(52 + names.length + modinfo.length, 32);
  header.writeUInt16LE(40, 46);
  header.writeUInt16LE(sections.length, 48);
  header.writeUInt16LE(1, 50);
  return Buffer.concat([header, Buffer.from(names + modinfo, 'latin1'), table]);
}

test('what a module tells of itself is read from its section', () => {
  const told = [
    'license=GPL',
    'alias=fs-ext4',
    'alias=ext4',
    'softdep=pre: crc32c  libx post: other',
    'depends=jbd2,ne2k-pci',
    '',
  ].join('\0');
  expect(describeModule('kernel/x.ko', elf(told))).toEqual({
    path: 'kernel/x.ko',
    needs: ['jbd2', 'ne2k_pci'],
    before: ['crc32c', 'libx'],
    aliases: ['fs-ext4', 'ext4'],
  });
  expect(describeModule('kernel/x.ko', elf('depends=\0'))).toMatchObject({ needs: [], before: [], aliases: [] });
  expect(() => describeModule('kernel/x.ko', Buffer.from('#!/bin/sh'))).toThrow('kernel/x.ko is no module');
});
