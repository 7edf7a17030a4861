import { expect, test } from 'vitest';
import { VirtioConsole } from '../../../../runtime/devices/virtio/console/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { CardRig } from '../network/card-rig.ts';
import { recordedStream } from '../rig.ts';
import { Driver, type Interface, interfaces } from './driver.ts';

const MULTIPORT = 1;
const [READY, ADD, PORT_READY, IS_CONSOLE, OPEN, NAME] = [0, 1, 3, 4, 6, 7];
const [CONTROL_RECEIVE, CONTROL_TRANSMIT] = [2, 3];

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A console and a named port. */
class ConsoleRig extends CardRig {
  readonly streams = [recordedStream(), recordedStream()];
  readonly device = new VirtioConsole({
    ...this.board,
    name: 'serial',
    device: 3,
    channels: [
      { isConsole: true, name: '', stream: this.streams[0]! },
      { isConsole: false, name: 'org.test', stream: this.streams[1]! },
    ],
  });
  readonly driver: Driver;

  constructor(kind: Interface = 'modern', features: readonly number[] = [MULTIPORT]) {
    super();
    this.driver = new Driver(this, this.device.pciFunction, kind).start(features, 6);
  }

  tell(id: number, event: number, value: number): void {
    const message = new DataView(new ArrayBuffer(8));
    message.setUint32(0, id, true);
    message.setUint16(4, event, true);
    message.setUint16(6, value, true);
    this.write(CONTROL_TRANSMIT, new Uint8Array(message.buffer));
  }

  write(queue: number, bytes: Uint8Array): void {
    this.driver.queue(queue).add([bytes]);
    this.driver.queue(queue).kick();
  }

  /** Gives so much room; what comes there, as text. */
  room(queue: number, ...sizes: number[]): () => string[] {
    const places = sizes.map((size) => this.driver.queue(queue).add([size]));
    this.driver.queue(queue).kick();
    return () =>
      this.driver
        .queue(queue)
        .takeUsed()
        .map(({ head, written }) => {
          const { address } = places.find((place) => place.head === head)!.places[0]!;
          return Buffer.from(this.bytes.subarray(address, address + written)).toString('latin1');
        });
  }
}

/** Control messages as numbers, with a name. */
const message = (bytes: string) => [
  bytes.charCodeAt(0),
  bytes.charCodeAt(4),
  bytes.charCodeAt(6),
  ...(bytes.length > 8 ? [bytes.slice(8)] : []),
];

test.each(interfaces)('the driver hears which ports there are, and what they are: %s', (kind) => {
  const rig = new ConsoleRig(kind);
  expect(rig.driver.config(4, 4)).toBe(2);
  const control = rig.room(CONTROL_RECEIVE, ...new Array<number>(8).fill(40));
  rig.tell(0, READY, 1);
  expect(control().map(message)).toEqual([
    [0, ADD, 1],
    [1, ADD, 1],
  ]);
  rig.tell(0, PORT_READY, 1);
  rig.tell(1, PORT_READY, 1);
  expect(control().map(message)).toEqual([
    [0, IS_CONSOLE, 1],
    [0, OPEN, 1],
    [1, NAME, 1, 'org.test'],
    [1, OPEN, 1],
  ]);
});

test('messages wait for room', () => {
  const rig = new ConsoleRig();
  rig.tell(0, READY, 1);
  const control = rig.room(CONTROL_RECEIVE, 40, 40);
  expect(control()).toHaveLength(2);
});

test.each(interfaces)('what the guest writes is sent: %s', (kind) => {
  const rig = new ConsoleRig(kind);
  rig.write(1, text('hello'));
  rig.write(5, text('port'));
  expect(rig.streams.map(({ sent }) => Buffer.from(sent).toString())).toEqual(['hello', 'port']);
  expect(rig.driver.queue(1).takeUsed()).toHaveLength(1);
});

test('input comes when the port is open, as far as there is room', () => {
  const rig = new ConsoleRig();
  rig.streams[1]!.onInput(text('hello world'));
  const input = rig.room(4, 5, 3);
  expect(input()).toEqual([]);
  rig.tell(1, OPEN, 1);
  expect(input()).toEqual(['hello', ' wo']);
  expect(rig.streams[1]!.takenBytes).toBe(8);
  expect(rig.room(4, 100)()).toEqual(['rld']);
  rig.tell(1, OPEN, 0);
  rig.streams[1]!.onInput(text('later'));
  expect(rig.room(4, 100)()).toEqual([]);
});

test('a console is open when the driver has set it up', () => {
  const rig = new ConsoleRig();
  const input = rig.room(0, 100);
  rig.streams[0]!.onInput(text('a'));
  expect(input()).toEqual([]);
  rig.tell(0, PORT_READY, 1);
  expect(input()).toEqual(['a']);
});

test('a driver that knows one port has the console', () => {
  const rig = new ConsoleRig('legacy', []);
  const input = rig.room(0, 100);
  rig.streams[0]!.onInput(text('a'));
  expect(input()).toEqual(['a']);
});

test('a reset forgets who has a port open, but no input', () => {
  const rig = new ConsoleRig();
  rig.tell(1, OPEN, 1);
  rig.streams[1]!.onInput(text('kept'));
  rig.driver.start([MULTIPORT], 6);
  const input = rig.room(4, 100);
  expect(input()).toEqual([]);
  rig.tell(1, OPEN, 1);
  expect(input()).toEqual(['kept']);
});

test('its state is saved', () => {
  const rig = new ConsoleRig();
  rig.tell(0, READY, 1);
  rig.streams[1]!.onInput(text('waits'));
  const saved = saveComponents([rig.device.component, rig.device.pciFunction.component]);
  const copy = new ConsoleRig();
  copy.bytes.set(rig.bytes);
  loadComponents([copy.device.component, copy.device.pciFunction.component], saved);
  expect(copy.device.component.compare(saved.serial!)).toEqual([]);
  expect(copy.room(CONTROL_RECEIVE, 40, 40)()).toHaveLength(2);
});

test.each<[string, (rig: ConsoleRig) => void, RegExp]>([
  ['a short control message', (rig) => rig.write(CONTROL_TRANSMIT, new Uint8Array(7)), /too short, bytes 7/],
  [
    'a buffer without room',
    (rig) => {
      rig.write(0, text('x'));
      rig.tell(0, PORT_READY, 1);
      rig.streams[0]!.onInput(text('a'));
    },
    /no room, number 0/,
  ],
  [
    'messages that are never taken',
    (rig) => {
      for (let n = 0; n < 5000; n++) rig.tell(0, READY, 1);
    },
    /control messages are not taken/,
  ],
])('%s stops the device', (_, act, expected) => {
  const rig = new ConsoleRig();
  act(rig);
  expect(rig.mistakes.join()).toMatch(expected);
  expect(rig.driver.status & 0x40).toBe(0x40);
});
