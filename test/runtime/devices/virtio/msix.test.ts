import { expect, test } from 'vitest';
import type { InterruptMessage } from '../../../../runtime/bus/interrupt-message.ts';
import { VirtioNinep } from '../../../../runtime/devices/virtio/ninep/index.ts';
import { VirtioRng } from '../../../../runtime/devices/virtio/rng/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { CardRig } from '../network/card-rig.ts';
import { Driver, type Interface, interfaces } from './driver.ts';
import { TestFolderPort } from './folder-port.ts';

const TABLE = 0xf0010000;
const [ENABLE, MASK_ALL] = [0x8000, 0x4000];
const NO_VECTOR = 0xffff;
const BAR_1 = 0x14;

/** An entropy device, which has a queue and so two vectors, and the messages that it has sent. */
function machine(kind: Interface = 'modern') {
  const rig = new CardRig();
  const sent: InterruptMessage[] = [];
  const sendMessage = (message: InterruptMessage) => sent.push(message) > 0;
  const rng = new VirtioRng({ ...rig.board, name: 'rng', device: 3, random: (target) => target.fill(1), sendMessage });
  const driver = new Driver(rig, rng.pciFunction, kind);
  rng.pciFunction.write(BAR_1, 4, TABLE);
  const config = rng.pciFunction;
  const at = config.read(0x34, 1);
  return { rig, rng, sent, driver, config, at, table: () => rig.regions.find(({ base }) => base === TABLE)! };
}

type Made = ReturnType<typeof machine>;

function setEntry({ table }: Made, vector: number, data: number, { address = 0xfee00000, masked = 0 } = {}): void {
  for (const [n, word] of [address, 0, data, masked].entries()) table().write(16 * vector + 4 * n, 4, word);
}

function setControl({ config, at }: Made, bits: number): void {
  config.write(at + 2, 2, bits);
}

/** Chooses the vectors of configuration and queue 0; what the driver then reads. */
function setVectors({ driver }: Made, ofConfig: number, ofQueue: number): number[] {
  const [first, second] = driver.kind === 'modern' ? [0x10, 0x1a] : [20, 22];
  const access = (offset: number, value?: number) =>
    driver.kind === 'modern' ? driver.modern(offset, 2, value) : driver.legacy(offset, 2, value);
  access(first, ofConfig);
  access(second, ofQueue);
  return [access(first), access(second)];
}

/** With a driver that wants messages: 0x41 for the configuration, 0x42 for the queue. */
function started(kind: Interface = 'modern'): Made {
  const made = machine(kind);
  setControl(made, ENABLE);
  made.driver.start([], 1);
  setEntry(made, 0, 0x41);
  setEntry(made, 1, 0x42);
  expect(setVectors(made, 0, 1)).toEqual([0, 1]);
  return made;
}

function request({ driver }: Made): void {
  driver.queue(0).add([4]);
  driver.queue(0).kick();
}

const vectorsOf = ({ sent }: Made) => sent.map(({ vector }) => vector);

test('the capability is the first of the list, with the others after it', () => {
  const { config, at } = machine();
  expect([config.read(at, 1), config.read(at + 1, 1)]).toEqual([0x11, 0x40]);
  expect(config.read(at + 2, 2)).toBe(1);
  expect([config.read(at + 4, 4), config.read(at + 8, 4)]).toEqual([1, 0x801]);
  const rig = new CardRig();
  const plain = new VirtioRng({ ...rig.board, name: 'rng', device: 3, random: () => {} });
  expect(plain.pciFunction.read(0x34, 1)).toBe(0x40);
  expect(plain.pciFunction.read(BAR_1, 4)).toBe(0);
});

test.each(interfaces)('a queue sends its message, and the pin stays low: %s', (kind) => {
  const made = started(kind);
  request(made);
  expect(made.sent).toEqual([{ vector: 0x42, mode: 0, level: false, destination: 0, logical: false }]);
  expect(made.rig.irq.level).toBe(false);
  expect(made.driver.isr).toBe(0);
});

test('destination and mode are those of address and data', () => {
  const made = started();
  setEntry(made, 1, 0x0155, { address: 0xfee0700c });
  request(made);
  expect(made.sent).toEqual([{ vector: 0x55, mode: 1, level: false, destination: 7, logical: true }]);
});

test.each(interfaces)('the configuration has a message of its own: %s', (kind) => {
  const made = started(kind);
  // More requests than entries stop the device, which tells so.
  made.driver.queue(0).offer(0);
  made.rig.view.setUint16(made.driver.queue(0).available + 2, 999, true);
  made.driver.queue(0).kick();
  expect(vectorsOf(made)).toEqual([0x41]);
});

test('a vector that is not there cannot be chosen, and without one nothing is sent', () => {
  const made = started();
  expect(setVectors(made, 2, 1000)).toEqual([NO_VECTOR, NO_VECTOR]);
  request(made);
  expect(made.sent).toEqual([]);
  expect(made.driver.queue(0).takeUsed().length).toBe(1);
});

test.each(['entry', 'function'])('what is masked is sent when it is not masked any more: by %s', (what) => {
  const made = started();
  const mask = (masked: number) => {
    if (what === 'entry') setEntry(made, 1, 0x42, { masked });
    else setControl(made, ENABLE | (masked * MASK_ALL));
  };
  mask(1);
  expect(made.config.messages().map(({ vector }) => vector)).toEqual(what === 'entry' ? [0x41] : []);
  request(made);
  request(made);
  expect(made.sent).toEqual([]);
  expect(made.table().read(0x800, 4)).toBe(2);
  mask(0);
  expect(vectorsOf(made)).toEqual([0x42]);
  expect(made.table().read(0x800, 4)).toBe(0);
  expect(made.config.messages().map(({ vector }) => vector)).toEqual([0x41, 0x42]);
});

test.each(interfaces)('without messages the pin is used, and the configuration is where it was: %s', (kind) => {
  const made = machine(kind);
  made.driver.start([], 1);
  request(made);
  expect(made.rig.irq.level).toBe(true);
  setControl(made, ENABLE);
  expect(made.rig.irq.level).toBe(false);
  setControl(made, 0);
  expect(made.sent).toEqual([]);
  expect(made.config.messages()).toEqual([]);
});

test('a message to no local APIC is told, and lost', () => {
  const made = started();
  setEntry(made, 1, 0x42, { address: 0x1000 });
  request(made);
  expect(made.sent).toEqual([]);
});

test('the table: read as written, a word at a time, masked after a reset', () => {
  const made = started();
  const { table, rng } = made;
  expect([0, 4, 8, 12].map((at) => table().read(16 + at, 4) >>> 0)).toEqual([0xfee00000, 0, 0x42, 0]);
  expect(table().read(16 + 2, 2)).toBe(0xfee0);
  table().write(16 + 8, 1, 0x99);
  table().write(32, 4, 0x99);
  table().write(0x800, 4, 0xff);
  expect([table().read(16 + 8, 4), table().read(32, 4), table().read(0x800, 4)]).toEqual([0x42, 0, 0]);
  made.driver.status = 0;
  expect(table().read(16 + 12, 4)).toBe(0);
  rng.reset();
  expect([table().read(16 + 12, 4), table().read(16, 4)]).toEqual([1, 0]);
});

test('a saved state has table and pending messages', () => {
  const made = started();
  setEntry(made, 1, 0x42, { masked: 1 });
  request(made);
  const parts = ({ rng }: Made) => [rng.component, rng.pciFunction.component];
  const saved = saveComponents(parts(made));
  const copy = machine();
  copy.rig.bytes.set(made.rig.bytes);
  loadComponents(parts(copy), saved);
  expect(copy.sent).toEqual([]);
  copy.table().write(16 + 12, 4, 0);
  expect(vectorsOf(copy)).toEqual([0x42]);
});

test('with messages the legacy configuration comes after their registers', () => {
  const rig = new CardRig();
  const port = new TestFolderPort();
  const options = { ...rig.board, name: 'virtio-9p0', device: 3, tag: 'shared', port, sendMessage: () => true };
  const { pciFunction } = new VirtioNinep(options);
  const driver = new Driver(rig, pciFunction, 'legacy');
  expect(driver.legacy(20, 2)).toBe(6);
  pciFunction.write(pciFunction.read(0x34, 1) + 2, 2, ENABLE);
  expect([driver.legacy(20, 2), driver.legacy(22, 2), driver.legacy(24, 2)]).toEqual([NO_VECTOR, NO_VECTOR, 6]);
});
