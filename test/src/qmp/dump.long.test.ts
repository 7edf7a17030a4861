import { expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { Monitor } from '../../../src/monitor/monitor.ts';
import { Qmp } from '../../../src/qmp/qmp.ts';
import { concatenate } from '../../../src/util/bytes.ts';
import { readCoreFile } from '../../support/core-file.ts';
import { rom } from '../../support/death-roms.ts';

test('memory is dumped by QMP and by the monitor, and events tell of it', async () => {
  await using machine = await Machine.create({ memory: 4, boot: { bios: rom('.wait: jmp .wait') } });
  const files = new Map<string, Uint8Array>();
  const options = {
    ...{ name: 'test', version: '0', processId: 1 },
    quit: () => {},
    writeFile: async (path: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) => {
      if (path === 'full') throw new Error('No space left on device');
      files.set(path, concatenate(await Array.fromAsync(pieces)));
    },
  };
  const monitor = new Monitor(machine, options);
  const qmp = new Qmp(machine, options, monitor);
  const events: unknown[] = [];
  qmp.listen((event, data) => events.push(data === undefined ? event : [event, data]));
  await machine.start();
  expect(await monitor.execute('info dump')).toBe('Status: none\n');
  expect(await qmp.execute('dump-guest-memory', { paging: false, protocol: 'file:a' })).toEqual({});
  const result = await qmp.execute('query-dump');
  expect(events).toEqual(['RESUME', 'STOP', ['DUMP_COMPLETED', { result }], 'RESUME']);
  const total = readCoreFile(files.get('a')!).segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(result).toEqual({ status: 'completed', completed: total, total });
  expect(await monitor.execute('dump-guest-memory -p b 0x1000 4096')).toBe('');
  expect(readCoreFile(files.get('b')!).segments).toMatchObject([{ virtual: 0x1000, physical: 0x1000 }]);
  expect(await monitor.execute('dump-guest-memory full')).toBe('Error: No space left on device\n');
  expect(await monitor.execute('info dump')).toBe('Status: completed\n');
  await expect(qmp.execute('dump-guest-memory', { paging: false, protocol: 'a' })).rejects.toThrow(
    "Invalid parameter 'protocol'",
  );
  const detached = (protocol: string, more = {}) =>
    qmp.execute('dump-guest-memory', { paging: false, protocol, detach: true, ...more });
  await expect(detached('file:full')).rejects.toThrow('No space left on device');
  await expect(detached('file:x', { begin: 5 })).rejects.toThrow("Parameter 'length' is missing");
  await expect(detached('file:x', { begin: 2 ** 31, length: 5 })).rejects.toThrow('dump: no guest memory to dump');
  events.length = 0;
  expect(await qmp.execute('dump-guest-memory', { paging: false, protocol: 'file:c', detach: true })).toEqual({});
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused', running: false });
  expect(await monitor.execute('info status')).toBe('VM status: paused\n');
  // Told to stand still and to go on, it does so afterwards, and nothing else is told.
  await machine.pause();
  await machine.resume();
  await expect(detached('file:c')).rejects.toThrow('There is a dump in process, please wait.');
  expect(await monitor.execute('info dump')).toMatch(/^Status: active\nFinished: \d+\.\d\d %\n$/);
  expect(await monitor.execute('dump-guest-memory c')).toBe('Error: There is a dump in process, please wait.\n');
  await expect.poll(() => events).toEqual(['STOP', ['DUMP_COMPLETED', { result }], 'RESUME']);
});
