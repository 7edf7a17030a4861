import type { FirmwareCall } from './program.ts';

const bytes16 = (value: number): number[] => [value & 0xff, value >> 8];
const bytes32 = (value: number): number[] => [...bytes16(value & 0xffff), ...bytes16(value >>> 16)];
/** A packet of INT 13h 42h: so many sectors from this one to offset 0x100 of the buffer's segment. */
const packet = (count: number, lba: number, segment = 0x3000): number[] => [
  ...[16, 0, ...bytes16(count), 0, 1, ...bytes16(segment)],
  ...bytes32(lba),
  ...bytes32(0),
];

const disk = (name: string, eax: number, rest: Partial<FirmwareCall> = {}): FirmwareCall => ({
  name: `13h ${name}`,
  interrupt: 0x13,
  eax,
  edx: 0x80,
  ...rest,
});
const system = (name: string, eax: number, rest: Partial<FirmwareCall> = {}): FirmwareCall => ({
  name: `15h ${name}`,
  interrupt: 0x15,
  eax,
  ...rest,
});
const clock = (name: string, eax: number, rest: Partial<FirmwareCall> = {}): FirmwareCall => ({
  name: `1Ah ${name}`,
  interrupt: 0x1a,
  eax,
  ...rest,
});
const keyboard = (name: string, eax: number, rest: Partial<FirmwareCall> = {}): FirmwareCall => ({
  name: `16h ${name}`,
  interrupt: 0x16,
  eax,
  ...rest,
});

const SMAP = 0x534d4150;
const CD = 0xe0;

const hardDisk: FirmwareCall[] = [
  disk('reset', 0x0000),
  disk('status after success', 0x0100),
  disk('read', 0x0201, { ecx: 0x0002, shown: 16 }),
  disk('read 2 of head 1', 0x0202, { ecx: 0x0005, edx: 0x0180, shown: 16 }),
  disk('read cylinder 3', 0x0201, { ecx: 0x0301, edx: 0x0780, shown: 16 }),
  disk('read sector 0', 0x0201, { ecx: 0x0000 }),
  disk('status after failure', 0x0100),
  disk('read sector 64', 0x0201, { ecx: 0x003f + 1 }),
  disk('read head 255', 0x0201, { ecx: 0x0001, edx: 0xff80 }),
  disk('read no sectors', 0x0200, { ecx: 0x0001 }),
  disk('read beyond the end', 0x0201, { ecx: 0xffc1 }),
  disk('verify', 0x0404, { ecx: 0x0001 }),
  disk('write', 0x0301, { ecx: 0x0009, edx: 0x0280, buffer: [1, 2, 3, 4] }),
  disk('read what was written', 0x0201, { ecx: 0x0009, edx: 0x0280, shown: 8 }),
  disk('parameters', 0x0800),
  disk('parameters of the second', 0x0800, { edx: 0x81 }),
  disk('initialize', 0x0900),
  disk('seek', 0x0c00, { ecx: 0x0001 }),
  disk('alternate reset', 0x0d00),
  disk('ready', 0x1000),
  disk('recalibrate', 0x1100),
  disk('diagnose', 0x1400),
  disk('type', 0x1500),
  disk('type of none', 0x1500, { edx: 0x83 }),
  disk('unknown function', 0x2200),
  disk('read of none', 0x0201, { ecx: 0x0001, edx: 0x83 }),
];

const extensions: FirmwareCall[] = [
  disk('extensions', 0x4100, { ebx: 0x55aa }),
  disk('extensions, bad signature', 0x4100, { ebx: 0x1234 }),
  disk('extensions of none', 0x4100, { ebx: 0x55aa, edx: 0x83 }),
  disk('extended read', 0x4200, { buffer: packet(2, 100), shown: 16 }),
  disk('extended read to the buffer', 0x4200, { buffer: packet(1, 101, 0x2ff0), shown: 16 }),
  disk('extended read beyond the end', 0x4200, { buffer: packet(2, 65_535), shown: 16 }),
  disk('extended read, short packet', 0x4200, { buffer: [8, ...packet(1, 1).slice(1)] }),
  disk('extended verify', 0x4400, { buffer: packet(5, 7), shown: 4 }),
  disk('extended seek', 0x4700, { buffer: packet(1, 7), shown: 4 }),
  disk('lock', 0x4500),
  disk('eject', 0x4600),
  disk('parameters v1', 0x4800, { buffer: bytes16(26), shown: 28 }),
  disk('parameters v2', 0x4800, { buffer: bytes16(30), shown: 32 }),
  disk('parameters v3', 0x4800, { buffer: bytes16(74), shown: 76 }),
  disk('parameters, too small', 0x4800, { buffer: bytes16(20), shown: 4 }),
  disk('changed', 0x4900),
  disk('hardware configuration', 0x4e00),
  disk('emulation status', 0x4b01, { buffer: [], shown: 20 }),
];

const cd: FirmwareCall[] = [
  disk('CD extensions', 0x4100, { ebx: 0x55aa, edx: CD }),
  disk('CD read', 0x4200, { edx: CD, buffer: packet(1, 16, 0x2ff0), shown: 16 }),
  disk('CD read by geometry', 0x0201, { edx: CD, ecx: 1 }),
  disk('CD write', 0x4300, { edx: CD, buffer: packet(1, 16) }),
  disk('CD parameters', 0x4800, { edx: CD, buffer: bytes16(74), shown: 76 }),
  disk('CD lock', 0x4500, { edx: CD }),
  disk('CD lock state', 0x4502, { edx: CD }),
  disk('CD unlock', 0x4501, { edx: CD }),
  disk('CD unlock again', 0x4501, { edx: CD }),
  disk('CD changed', 0x4900, { edx: CD }),
  disk('CD parameters by geometry', 0x0800, { edx: CD }),
  disk('CD type', 0x1500, { edx: CD }),
];

const floppy: FirmwareCall[] = [
  disk('floppy reset', 0x0000, { edx: 0 }),
  disk('floppy read', 0x0201, { edx: 0, ecx: 0x0001, shown: 16 }),
  disk('floppy read of head 1', 0x0203, { edx: 0x0100, ecx: 0x0504, shown: 16 }),
  disk('floppy read across heads', 0x0204, { edx: 0x0000, ecx: 0x0211, shown: 16 }),
  disk('floppy read of a cylinder', 0x0224, { edx: 0x0000, ecx: 0x0001, shown: 16 }),
  disk('floppy read across cylinders', 0x0227, { edx: 0x0100, ecx: 0x0312, shown: 16 }),
  disk('floppy read of 73 sectors', 0x0249, { edx: 0x0000, ecx: 0x0001, shown: 16 }),
  disk('floppy read of 129 sectors', 0x0281, { edx: 0x0000, ecx: 0x0001 }),
  disk('floppy read sector 19', 0x0201, { edx: 0, ecx: 0x0013 }),
  disk('floppy status', 0x0100, { edx: 0 }),
  disk('floppy write', 0x0301, { edx: 0, ecx: 0x0a03, buffer: [9, 8, 7] }),
  disk('floppy read what was written', 0x0201, { edx: 0, ecx: 0x0a03, shown: 8 }),
  disk('floppy verify', 0x0402, { edx: 0, ecx: 0x0001 }),
  disk('floppy parameters', 0x0800, { edx: 0 }),
  disk('second floppy parameters', 0x0800, { edx: 1 }),
  disk('floppy type', 0x1500, { edx: 0 }),
  disk('second floppy type', 0x1500, { edx: 1 }),
  disk('floppy changed', 0x1600, { edx: 0 }),
  disk('floppy media type', 0x1800, { edx: 0, ecx: 0x4f12 }),
  disk('floppy extensions', 0x4100, { edx: 0, ebx: 0x55aa }),
  disk('floppy across 64 KB', 0x0202, { edx: 0, ecx: 0x0001, es: 0x2ff0, ebx: 0 }),
];

const memory: FirmwareCall[] = [
  { name: '11h equipment', interrupt: 0x11 },
  { name: '12h memory', interrupt: 0x12 },
  system('memory above 1 MB', 0x8800),
  system('memory sizes', 0xe801),
  ...[0, 1, 2, 3, 4, 5, 6].map((ebx) => system(`memory map ${ebx}`, 0xe820, { ebx, ecx: 20, edx: SMAP, shown: 20 })),
  system('memory map, bad signature', 0xe820, { ecx: 20, edx: 1 }),
];

const services: FirmwareCall[] = [
  system('A20 state', 0x2402),
  system('A20 support', 0x2403),
  system('A20 on', 0x2401),
  system('keyboard hook', 0x4f1e),
  system('device open', 0x8000),
  system('system key', 0x8500),
  system('device busy', 0x9000),
  system('interrupt complete', 0x9100),
  system('joystick', 0x8400),
  system('wait', 0x8600, { ecx: 0, edx: 2000 }),
  system('extended area', 0xc100),
  system('mouse off', 0xc200),
  system('mouse initialize', 0xc205, { ebx: 0x0300 }),
  system('mouse type', 0xc204),
  system('mouse status', 0xc206),
  system('mouse rate', 0xc202, { ebx: 0x0500 }),
  system('mouse rate too high', 0xc202, { ebx: 0x0700 }),
  system('mouse resolution', 0xc203, { ebx: 0x0300 }),
  system('mouse on without handler', 0xc200, { ebx: 0x0100 }),
  system('mouse unknown', 0xc209),
  system('unknown', 0xfe00),
  system('power management', 0x5300),
  system('power management connect', 0x5301),
  system('power status', 0x530a, { ebx: 1 }),
  system('power event', 0x530b),
  system('power version', 0x530e, { ecx: 0x0102 }),
  keyboard('peek', 0x0100),
  keyboard('store', 0x0500, { ecx: 0x1e61 }),
  keyboard('store extended', 0x0500, { ecx: 0x48e0 }),
  keyboard('store keypad', 0x0500, { ecx: 0xe00d }),
  keyboard('peek one', 0x0100),
  keyboard('get one', 0x0000),
  keyboard('peek extended', 0x1100),
  keyboard('get extended as plain', 0x0000),
  keyboard('get keypad', 0x1000),
  keyboard('peek none', 0x1100),
  keyboard('shift state', 0x0200),
  keyboard('extended shift state', 0x1200),
  keyboard('typematic', 0x0305, { ebx: 0 }),
  keyboard('capabilities', 0x0900),
  keyboard('identify', 0x0a00),
  { name: '14h initialize', interrupt: 0x14, eax: 0x00e3 },
  { name: '14h send', interrupt: 0x14, eax: 0x0141 },
  { name: '14h no port', interrupt: 0x14, eax: 0x0300, edx: 3 },
  { name: '17h status', interrupt: 0x17, eax: 0x0200 },
  { name: '17h initialize', interrupt: 0x17, eax: 0x0100 },
  { name: '17h no port', interrupt: 0x17, eax: 0x0200, edx: 2 },
];

const clocks: FirmwareCall[] = [
  clock('set ticks', 0x0100, { ecx: 0x0012, edx: 0x3456 }),
  clock('set time', 0x0300, { ecx: 0x1122, edx: 0x3300 }),
  clock('time', 0x0200),
  clock('set date', 0x0500, { ecx: 0x2019, edx: 0x0704 }),
  clock('date', 0x0400),
  clock('alarm', 0x0600, { ecx: 0x2359, edx: 0x5900 }),
  clock('alarm again', 0x0600, { ecx: 0x2359, edx: 0x5900 }),
  clock('no alarm', 0x0700),
  clock('unknown', 0x0900),
  clock('PCI present', 0xb101),
  clock('PCI find device', 0xb102, { ecx: 0x1237, edx: 0x8086 }),
  clock('PCI find second of one', 0xb102, { ecx: 0x1237, edx: 0x8086, esi: 1 }),
  clock('PCI find, bad vendor', 0xb102, { ecx: 0x1237, edx: 0xffff }),
  clock('PCI find class', 0xb103, { ecx: 0x010180 }),
  clock('PCI find no class', 0xb103, { ecx: 0x0c0330 }),
  clock('PCI read byte', 0xb108, { ebx: 0x0008, edi: 0x0b }),
  clock('PCI read word', 0xb109, { ebx: 0x0008, edi: 0x02 }),
  clock('PCI read dword', 0xb10a, { ebx: 0x0008, edi: 0x00 }),
  clock('PCI write byte', 0xb10b, { ebx: 0x0008, edi: 0x3c, ecx: 0 }),
  clock('PCI read, bad register', 0xb108, { ebx: 0x0008, edi: 0x100 }),
  clock('PCI IDE registers', 0xb10a, { ebx: 0x0009, edi: 0x40 }),
  clock('PCI IDE command', 0xb109, { ebx: 0x0009, edi: 0x04 }),
  clock('PCI routes', 0xb10a, { ebx: 0x0008, edi: 0x60 }),
  clock('PCI power base', 0xb10a, { ebx: 0x000b, edi: 0x40 }),
  clock('PCI power line', 0xb109, { ebx: 0x000b, edi: 0x3c }),
  clock('PCI PAM', 0xb10a, { ebx: 0, edi: 0x58 }),
  clock('PCI unknown', 0xb105),
];

/** Calls about a hard disk, of whatever kind. */
export const diskCalls: readonly FirmwareCall[] = [...hardDisk, ...extensions];

/** All calls whose answers are compared, in the order in which they are made. */
export const calls: readonly FirmwareCall[] = [...diskCalls, ...cd, ...floppy, ...memory, ...services, ...clocks];
