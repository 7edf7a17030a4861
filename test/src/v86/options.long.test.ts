import { describe, expect, test } from 'vitest';
import { V86, type V86Options } from '../../../src/node/v86.ts';
import { partNames } from '../../../src/v86/images.ts';
import { keyOfCode } from '../../../src/v86/key-codes.ts';
import { relayOf } from '../../../src/v86/network.ts';
import { bootLetters } from '../../../src/v86/option-table.ts';

const make = (options: unknown) => new V86(options as V86Options);
const element = {};

describe('what cannot be had is refused, with the name of the option and what to do', () => {
  test.each<[unknown, RegExp]>([
    [undefined, /takes an object of options/],
    [{ memroy_size: 1 }, /unknown option 'memroy_size'; they are: .*memory_size/],
    [{ toString: 1 }, /unknown option 'toString'/],
    [{ hda: 'disk.img' }, /^hda: it must be an object with url or buffer/],
    [{ cdrom: {} }, /^cdrom: it needs url or buffer/],
    [{ fda: { buffer: 'x' } }, /^fda: buffer must be an ArrayBuffer/],
    [{ hda: { buffer: new ArrayBuffer(4), url: 7 } }, /^hda: url is 7; it must be an address/],
    [{ initial_state: { url: 'a.bin.zst' } }, /^initial_state: a.bin.zst is compressed by zstd; unpack it/],
    [{ hda: { url: 'a.img', use_parts: true } }, /^hda: use_parts needs size and fixed_chunk_size/],
    [{ parallel1: true }, /^parallel1 is not here: .*parallel0-data-output/],
    [{ multiboot: { url: 'a' }, bzimage: { url: 'b' } }, /leave one of them out/],
    [{ bzimage_initrd_from_filesystem: true, filesystem: {} }, /needs filesystem with basefs and baseurl/],
    [{ filesystem: { handle9p: () => {} } }, /^filesystem: handle9p is not here/],
    [{ filesystem: { proxy_url: 'ws://x/' } }, /^filesystem: proxy_url is not here/],
    [{ filesystem: { basefs: 'a.json' } }, /^filesystem: basefs needs baseurl/],
    [{ filesystem: { baseurl: 'a/' } }, /^filesystem: baseurl needs basefs/],
    [{ boot_order: 0x111 }, /^boot_order: it must have the digits 1 \(floppy\)/],
    [{ net_device: { type: 'e1000' } }, /^net_device: type is 'e1000'; it must be 'ne2k' or 'virtio'/],
    [{ net_device: { relay_url: 'fetsch' } }, /^net_device.relay_url is 'fetsch'; it must be fetch/],
    [{ network_relay_url: 'http://x/' }, /^network_relay_url is 'http:\/\/x\/'/],
    [{ net_device: { relay_url: 'fetch', router_ip: 7 } }, /^net_device: router_ip is '7'; it must be an address such/],
    [{ net_device: { relay_url: 'fetch', vm_ip: '10.0.2' } }, /^net_device: vm_ip is '10.0.2'; it must be an address/],
    [{ net_device: { mtu: 9000 } }, /^net_device: mtu must be 1500/],
    [{ net_device: { cors_proxy: 'x' } }, /^net_device: cors_proxy is not here/],
    [{ memory_size: 32 }, /^memory_size: 32 is not a number of whole megabytes; it is in bytes/],
    [{ memory_size: 0 }, /^memory_size: 0 is not/],
    [{ memory_size: '32M' }, /^memory_size: 32M is not/],
    [{ cpuid_level: 13 }, /^cpuid_level: it must be 1, 2, 3, or left out/],
    [{ screen: { ansi: true } }, /^screen: ansi is not here/],
    [{ screen: { encoding: 'ascii' } }, /^screen: encoding 'ascii' is not here/],
    [{ serial_console: { type: 'vt100' } }, /^serial_console: type must be/],
    [{ screen_container: element }, /^screen_container is for pages/],
    [{ screen: { container: element } }, /^screen.container is for pages/],
    [{ serial_container_xtermjs: element }, /^serial_container_xtermjs is for pages/],
    [{ serial_console: { type: 'xtermjs', container: element } }, /^serial_console is for pages/],
  ])('%j', (options, message) => {
    expect(() => make(options)).toThrow(message);
  });
});

describe('what cannot be had is refused later', () => {
  test.each<[V86Options, RegExp]>([
    [{ memory_size: 4 * 2 ** 30 }, /4096 MB of memory is too much; at most 2047 MB/],
    [{ bios: { url: '/nowhere/bios.bin' } }, /^bios: cannot load \/nowhere\/bios.bin: ENOENT/],
    [{ hda: { url: '/nowhere/disk.img' } }, /\/nowhere\/disk.img/],
    [{ initial_state: { buffer: new ArrayBuffer(64) } }, /the snapshot/],
  ])('%j, when the machine is made', async (options, message) => {
    const emulator = make(options);
    const told = await new Promise<Error>((resolve) => emulator.add_listener('emulator-error', resolve));
    expect(told.message).toMatch(message);
    await expect(emulator.run()).rejects.toThrow(message);
    await emulator.destroy();
  });

  test.each([
    ['serial_set_carrier_detect', true],
    ['serial_set_data_set_ready', true],
    ['serial_set_clear_to_send', true],
    ['serial_set_ring_indicator', false],
  ] as const)('%s: lines are as they are', async (method, level) => {
    const emulator = make({ memory_size: 4 << 20 });
    expect(emulator[method](0, level)).toBe(undefined);
    expect(() => emulator[method](0, !level)).toThrow(/^serial_set_.* the line is always/);
    await emulator.destroy();
  });

  test('what the bus and the class do not have', async () => {
    const emulator = make({ memory_size: 4 << 20 });
    expect(() => emulator.bus.send('serial4-input', 1)).toThrow(/takes no 'serial4-input'; it takes serial0-input/);
    expect(() => emulator.bus.send('net-receive', 1)).toThrow(/takes no 'net-receive'/);
    expect(() => emulator.bus.send('toString', 1)).toThrow(/takes no 'toString'/);
    expect(() => emulator.get_instruction_stats()).toThrow(/metrics/);
    expect(emulator.get_instruction_counter()).toBe(0);
    expect(emulator.screen_make_screenshot()).toBe(null);
    expect(await emulator.wait_until_vga_screen_contains(7 as never).catch(String)).toMatch(/takes a string/);
    await emulator.destroy();
  });
});

test('options that are null are none, and what fails after the end is told to nobody', async () => {
  const none = { net_device: null, screen: null, filesystem: null, hda: null, bios: { url: '/nowhere/bios.bin' } };
  const emulator = make(none);
  const told: unknown[] = [];
  await emulator.destroy();
  emulator.add_listener('emulator-error', (error) => told.push(error));
  await expect(emulator.machine).rejects.toThrow(/nowhere/);
  expect(told).toEqual([]);
});

test.each([
  [0x213, 'dac'],
  [0x123, 'dca'],
  [0x231, 'adc'],
  [0x321, 'acd'],
  [0x132, 'cda'],
])('the boot order %i', (order, letters) => {
  expect(bootLetters(order)).toBe(letters);
});

test.each([
  ['disk.img', ['disk-0-4.img', 'disk-4-8.img']],
  ['a.b/disk', ['a.b/disk-0-4', 'a.b/disk-4-8']],
  ['disk/.img', ['disk/0-4.img', 'disk/4-8.img']],
])('parts of %s', (url, names) => {
  expect(partNames(url, 7, 4)).toEqual(names);
});

test.each([
  [65, 'KeyA'],
  [48, 'Digit0'],
  [13, 'Enter'],
  [123, 'F12'],
  [7, undefined],
])('the key with code %i', (code, key) => {
  expect(keyOfCode(code)).toBe(key);
});

test.each<[V86Options, unknown]>([
  [{}, undefined],
  [{ network_relay_url: 'wss://relay.example/' }, { type: 'websocket', url: 'wss://relay.example/' }],
  [{ net_device: { relay_url: 'wisp://relay.example/' } }, { type: 'wisp', url: 'wisp://relay.example/' }],
  [{ net_device: { relay_url: 'inbrowser', id: 2 } }, { type: 'channel', name: 'v86-2' }],
  [{ net_device: { relay_url: 'fetch' } }, { type: 'user' }],
  [
    { net_device: { relay_url: 'fetch', router_ip: '192.168.86.1', vm_ip: '192.168.86.100' } },
    { type: 'user', net: '192.168.86.0/24', host: '192.168.86.1', dhcpStart: '192.168.86.100' },
  ],
])('what the card of %j is connected to', (options, network) => {
  expect(relayOf(options)).toEqual(network);
});
