import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type CharacterDevices,
  Machine,
  type Monitor,
  openMonitor,
  openQmp,
  type Qmp,
  RingBuffer,
} from '../../../src/index.ts';

describe('a ring buffer', () => {
  test('gives what was written, oldest first', () => {
    const buffer = new RingBuffer(4);
    buffer.write(Uint8Array.of(1, 2, 3));
    expect([...buffer.read(2)]).toEqual([1, 2]);
    buffer.write(Uint8Array.of(4, 5));
    expect([...buffer.read(9)]).toEqual([3, 4, 5]);
    expect([...buffer.read(9)]).toEqual([]);
  });

  test.each([1, 3, 5, 9])('keeps the last bytes, written %i at a time', (length) => {
    const buffer = new RingBuffer(4);
    const all = Array.from({ length: 20 }, (_, n) => n);
    for (let at = 0; at < all.length; at += length) buffer.write(Uint8Array.from(all.slice(at, at + length)));
    expect([...buffer.read(9)]).toEqual([16, 17, 18, 19]);
  });
});

/** Answers of QEMU 7.2 to the same lines and requests. */
describe('monitors read and write ring buffers', () => {
  let machine: Machine;
  let monitor: Monitor;
  let qmp: Qmp;
  beforeAll(async () => {
    machine = await Machine.create({ memory: 16, boot: { demo: true } });
  });
  afterAll(() => machine.stop());
  beforeEach(() => {
    const ring = new RingBuffer(16);
    const info = (label: string, filename: string) => ({ label, filename, 'frontend-open': label !== 'r' });
    const characterDevices: CharacterDevices = {
      list: () => [info('serial0', 'null'), info('r', 'ringbuf')],
      ringBuffer: (label) => (label === 'r' ? ring : undefined),
      kinds: ['null', 'ringbuf'],
    };
    monitor = openMonitor(machine, { characterDevices });
    qmp = openQmp(machine, { characterDevices });
  });

  test('with the lines of the human monitor', async () => {
    const execute = (line: string) => monitor.execute(line);
    expect(await execute('info chardev')).toBe('serial0: filename=null\nr: filename=ringbuf\n');
    expect(await execute('ringbuf_write r hello')).toBe('');
    expect(await execute('ringbuf_read r 3')).toBe('hel\n');
    expect(await execute('ringbuf_read r 30')).toBe('lo\n');
    expect(await execute('ringbuf_write r 0123456789abcdefghij')).toBe('');
    expect(await execute('ringbuf_read r 100')).toBe('456789abcdefghij\n');
    expect(await execute('ringbuf_write r "a\\\\b\\nc"')).toBe('');
    expect(await execute('ringbuf_read r 100')).toBe('a\\\\b\nc\n');
    expect(await execute('ringbuf_read serial0 30')).toBe('Error: serial0 is not a ringbuf device\n');
    expect(await execute('ringbuf_read zz 30')).toBe("Error: Device 'zz' not found\n");
    expect(await execute('ringbuf_read r 0')).toBe('Error: size must be greater than zero\n');
  });

  test('with the commands of QMP', async () => {
    const read = (values: object) => qmp.execute('ringbuf-read', { device: 'r', size: 10, ...values });
    const write = (values: object) => qmp.execute('ringbuf-write', { device: 'r', data: 'aGVsbG8=', ...values });
    expect(await write({ format: 'base64' })).toEqual({});
    expect(await read({ format: 'base64' })).toBe('aGVsbG8=');
    expect(await write({ data: 'a\u0001é' })).toEqual({});
    expect(await monitor.execute('ringbuf_read r 10')).toBe('a\\u0001é\n');
    expect(await write({ data: '/w==', format: 'base64' })).toEqual({});
    expect(await read({})).toBe('\ufffd');
    await expect(write({ data: 'a!!', format: 'base64' })).rejects.toThrow('Base64 data contains invalid characters');
    await expect(write({ format: 'xx' })).rejects.toThrow("Parameter 'format' does not accept value 'xx'");
    await expect(read({ size: -1 })).rejects.toThrow('size must be greater than zero');
    await expect(read({ device: 'q' })).rejects.toThrow("Device 'q' not found");
    await expect(read({ device: 'serial0' })).rejects.toThrow('serial0 is not a ringbuf device');
    expect(await qmp.execute('query-chardev-backends')).toEqual([{ name: 'null' }, { name: 'ringbuf' }]);
  });
});
