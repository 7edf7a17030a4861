import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Machine, openQmp } from '../../src/index.ts';
import { QmpSession } from '../../src/qmp/session.ts';
import { converse, type Exchange, type Message } from './qmp/client.ts';
import { requests } from './qmp/requests.ts';

const theirs: readonly Exchange[] = JSON.parse(
  readFileSync(new URL('./qmp/qemu-answers.json', import.meta.url), 'utf8'),
);

let folder: string;
let machine: Machine;
let ours: readonly Exchange[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qmp-'));
  const image = join(folder, 'cd.iso');
  writeFileSync(image, new Uint8Array(1 << 20));
  const drives = [{ media: 'cdrom', image }] as const;
  machine = await Machine.create({ memory: 16, boot: { bios: 'rawiron' }, drives, usb: [] });
  ours = await converse(peer(), folder);
});
afterAll(async () => {
  await machine.stop();
  rmSync(folder, { recursive: true });
});

function peer() {
  let listener: (text: string) => void = () => {};
  let session: QmpSession;
  const character = { label: 'serial0', filename: 'null', 'frontend-open': true };
  const characterDevices = { list: () => [character], ringBuffer: () => undefined, kinds: [] };
  const qmp = openQmp(machine, { name: 'hello', quit: () => {}, characterDevices });
  return {
    write: (text: string) => void session.receive(Buffer.from(text)),
    listen: (heard: (text: string) => void) => {
      listener = heard;
      session = new QmpSession(qmp, async (bytes) => listener(Buffer.from(bytes).toString()));
    },
  };
}

/** Members of QEMU's answers that its schema lets be left out, or that have a place here by another name. */
const optional = new Set([
  'actual-size',
  'parameters',
  'alias',
  'default-ram-id',
  'desc',
  'tray_open',
  'io-status',
  'inserted',
]);

type Members = { readonly [name: string]: Shape };
type Shape = string | Members | readonly [Shape] | readonly [];

/** The types of all that is in a value; of a list, those of its elements together. */
function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.map(shapeOf).reduce(merged)];
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

const isMembers = (shape: Shape): shape is Members => typeof shape === 'object' && !Array.isArray(shape);

function merged(a: Shape, b: Shape): Shape {
  return isMembers(a) && isMembers(b) ? { ...a, ...b } : a;
}

/** The parts of one shape that the other does not have, by their paths. */
function lacking(shape: Shape, other: Shape, path = ''): string[] {
  if (Array.isArray(shape) && Array.isArray(other))
    return shape.length === 0 || other.length === 0 ? [] : lacking(shape[0]!, other[0]!, `${path}[]`);
  if (!isMembers(shape) || !isMembers(other))
    return JSON.stringify(shape) === JSON.stringify(other) ? [] : [`${path}: ${JSON.stringify(shape)}`];
  return Object.entries(shape).flatMap(([name, member]) => {
    const counterpart = other[name];
    return counterpart === undefined ? [`${path}.${name}`] : lacking(member, counterpart, `${path}.${name}`);
  });
}

const isOptional = (path: string): boolean => optional.has(path.split('.').at(-1)!);

const eventsOf = (messages: readonly Message[]) => messages.slice(0, -1).map(({ event, data }) => ({ event, data }));

/** Names of the things in them are of each program's own. */
const withoutNames = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (name, member) => (name === 'id' && typeof member === 'string' ? 'NAME' : member)));

describe("beside QEMU's answers (node test/oracle/qmp/make-answers.ts records them)", () => {
  test('the same was asked', () => {
    expect(theirs.map(({ request }) => request)).toEqual([null, ...requests]);
  });

  test.each([null, ...requests].map((request, n) => [JSON.stringify(request), n] as const))('%s', (_, n) => {
    const [ownAnswer, answer] = [ours[n]!.messages.at(-1)!, theirs[n]!.messages.at(-1)!];
    if ('error' in answer) expect(ownAnswer).toEqual(answer);
    else {
      expect(lacking(shapeOf(ownAnswer), shapeOf(answer))).toEqual([]);
      expect(lacking(shapeOf(answer), shapeOf(ownAnswer)).filter((path) => !isOptional(path))).toEqual([]);
    }
    expect(withoutNames(eventsOf(ours[n]!.messages))).toEqual(withoutNames(eventsOf(theirs[n]!.messages)));
  });

  test('all commands are of those that QEMU has', () => {
    const names = (exchanges: readonly Exchange[]) => {
      const { messages } = exchanges.find(({ request }) => (request as Message | null)?.execute === 'query-commands')!;
      return (messages.at(-1)!.return as { name: string }[]).map(({ name }) => name);
    };
    const known = new Set(names(theirs));
    expect(names(ours).length).toBeGreaterThan(30);
    // What is not in its schema has the prefix that this wants of others.
    expect(names(ours).filter((name) => !known.has(name) && !name.startsWith('__org.rawiron_'))).toEqual([]);
  });
});
