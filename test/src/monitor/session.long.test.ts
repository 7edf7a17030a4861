import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import type { Monitor } from '../../../src/monitor/monitor.ts';
import { MonitorSession } from '../../../src/monitor/session.ts';
import { SlowReader } from '../../support/slow-reader.ts';

let machine: Machine;
let monitor: Monitor;
let quits = 0;
beforeAll(async () => {
  machine = await Machine.create({ memory: 4, boot: { demo: true } });
  monitor = openMonitor(machine, { quit: () => void quits++ });
});
afterAll(() => machine.stop());

test('what is typed waits until the answers before it are taken', async () => {
  const reader = new SlowReader();
  const session = new MonitorSession(monitor, reader.write);
  session.focus(true);
  session.opened();
  while (reader.waiting > 0) reader.take();
  const typed = session.type(Buffer.from('p 1\rp 2\rp 3\r'));
  let output = '';
  while (!output.includes('3\r\n')) {
    await expect.poll(() => reader.waiting).toBeGreaterThan(0);
    // A line feed, an answer and a prompt at most.
    expect(reader.waiting).toBeLessThan(4);
    output += reader.take();
  }
  while (reader.waiting > 0) reader.take();
  await typed;
});

test('who comes next gets no answers of who was there before, and has the history', async () => {
  let output = '';
  const session = new MonitorSession(monitor, async (bytes) => {
    output += Buffer.from(bytes).toString();
  });
  session.opened();
  await session.type(Buffer.from('info kvm\r'));
  const typed = session.type(Buffer.from('info name\rinfo version\rinfo'));
  session.opened();
  const greeted = output;
  await typed;
  expect(output).toBe(greeted);
  expect(output.endsWith("monitor - type 'help' for more information\r\n(qemu) ")).toBe(true);
  await session.type(Buffer.from('\x10\r'));
  expect(output.slice(greeted.length)).toBe('info kvm\x1b[K\r\nkvm support: disabled\r\n(qemu) ');
});

test('a session greets, edits, answers and quits', async () => {
  let output = '';
  const session = new MonitorSession(monitor, async (bytes) => {
    output += Buffer.from(bytes).toString();
  });
  session.focus(false);
  session.opened();
  expect(output).toBe('');
  session.focus(true);
  expect(output).toMatch(/^rawiron [\d.]+ monitor - type 'help' for more information\r\n\(qemu\) $/);
  output = '';
  await session.type(Buffer.from('p/d 1\r'));
  expect(output.endsWith('p/d 1\x1b[K\r\n1\r\n(qemu) ')).toBe(true);
  output = '';
  session.focus(false);
  session.focus(true);
  expect(output).toBe('\r\n(qemu) ');
  output = '';
  await session.type(Buffer.from('quit\r'));
  expect(output.endsWith('quit\x1b[K\r\n')).toBe(true);
  expect(quits).toBe(1);
});
