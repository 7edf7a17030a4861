import { type Controller, place, SECTORS } from './controller.ts';

/** A command: opcode, namespace, words from dword 10 on, and what else. */
interface Asked {
  readonly queue?: 0 | 1;
  readonly opcode: number;
  readonly namespace?: number;
  readonly words?: readonly number[];
  readonly flags?: number;
  readonly second?: number;
  readonly data?: number;
  /** Bytes of the answer that are shown. */
  readonly shown?: number;
}

const DATA = 0x60000;
const ENTRIES = 8;
const queues = [
  { submission: 0x10000, completion: 0x11000 },
  { submission: 0x12000, completion: 0x13000 },
] as const;

/** Commands of the administrator before there are other queues. */
const admin: Readonly<Record<string, Asked>> = {
  'identify the controller': { opcode: 6, words: [1], shown: 4096 },
  'identify the namespace': { opcode: 6, namespace: 1, words: [0], shown: 4096 },
  'identify a namespace that is not there': { opcode: 6, namespace: 2, words: [0], shown: 4096 },
  'identify active namespaces': { opcode: 6, words: [2], shown: 4096 },
  'identify active namespaces beyond': { opcode: 6, namespace: 1, words: [2], shown: 4096 },
  'identify the descriptors': { opcode: 6, namespace: 1, words: [3], shown: 4096 },
  ...Object.fromEntries(
    [
      [0, 0],
      [0, 257],
      [0, 0xffffffff],
      [2, 0xfffffffe],
      [3, 0],
      [3, 2],
      [0x44, 0],
    ].map(([structure, namespace]) => [
      `identify ${structure} of ${namespace}`,
      { opcode: 6, namespace: namespace!, words: [structure!] },
    ]),
  ),
  'identify by a list': { opcode: 6, words: [1], flags: 0x40 },
  'identify, fused': { opcode: 6, words: [1], flags: 1 },
  'identify to a page within another': { opcode: 6, words: [1], data: DATA + 4, second: DATA + 0x1004 },
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 0x99].flatMap((feature) =>
      [0, 0x100, 0x300].map((select) => [
        `feature ${feature}, select ${select >> 8}`,
        { opcode: 10, words: [feature | select] },
      ]),
    ),
  ),
  'feature of errors of no namespace': { opcode: 10, words: [5] },
  'feature of errors of the namespace': { opcode: 10, namespace: 1, words: [5] },
  'set the write cache': { opcode: 9, words: [6, 0] },
  'the write cache that was set': { opcode: 10, words: [6] },
  'set the temperature': { opcode: 9, words: [4, 0x150] },
  'the temperature that was set': { opcode: 10, words: [4] },
  'set and save': { opcode: 9, words: [0x80000006, 1] },
  ...Object.fromEntries([1, 2, 8, 9, 10, 0x99].map((n) => [`set feature ${n}`, { opcode: 9, words: [n, 1] }])),
  'set the number of queues': { opcode: 9, words: [7, 0x70007] },
  'set no queues': { opcode: 9, words: [7, 0xffffffff] },
  'log of health': { opcode: 2, namespace: 0xffffffff, words: [2 | (127 << 16)], shown: 8 },
  'log of health of no namespace': { opcode: 2, words: [2 | (127 << 16)] },
  'log of firmware': { opcode: 2, words: [3 | (127 << 16)], shown: 512 },
  'log of changes': { opcode: 2, words: [4 | (1023 << 16)], shown: 4096 },
  'log of errors': { opcode: 2, words: [1 | (15 << 16)], shown: 64 },
  'log that there is not': { opcode: 2, words: [6 | (15 << 16)] },
  'log from beyond its end': { opcode: 2, words: [3 | (15 << 16), 0, 0x1000] },
  'log from an odd place': { opcode: 2, words: [3 | (15 << 16), 0, 1] },
  abort: { opcode: 8, words: [5 << 16] },
  'abort of no queue': { opcode: 8, words: [9] },
  ...Object.fromEntries([0x0d, 0x10, 0x11, 0x14, 0x1a, 0x81, 0xff].map((n) => [`command ${n}`, { opcode: n }])),
};

const [, io] = queues;
const completion = (number: number, entries: number, flags = 3, data: number = io.completion): Asked => ({
  opcode: 5,
  data,
  words: [number | ((entries - 1) << 16), flags],
});
const submission = (number: number, entries: number, flags = 0x10001, data: number = io.submission): Asked => ({
  opcode: 1,
  data,
  words: [number | ((entries - 1) << 16), flags],
});

/** Queues, wrong ones and a pair that is there from then on. */
const creation: Readonly<Record<string, Asked>> = {
  'completion queue 0': completion(0, 8),
  'completion queue 65': completion(65, 8),
  'a completion queue of one entry': completion(1, 1),
  'a completion queue of 2049 entries': completion(1, 2049),
  'a completion queue with a vector': completion(1, 8, 0x20003),
  'a completion queue within a page': completion(1, 8, 3, 0x13010),
  'the completion queue': completion(1, ENTRIES),
  'the completion queue again': completion(1, ENTRIES),
  'a submission queue without completions': submission(1, 8, 0x20001),
  "a submission queue with the administrator's completions": submission(1, 8, 1),
  'submission queue 0': submission(0, 8),
  'submission queue 65': submission(65, 8),
  'a submission queue of one entry': submission(1, 1),
  'a submission queue of 2049 entries': submission(1, 2049),
  'a submission queue in pieces': submission(1, 8, 0x10000),
  'a submission queue within a page': submission(1, 8, 0x10001, 0x12010),
  'the submission queue': submission(1, ENTRIES),
  'the submission queue again': submission(1, ENTRIES),
  'the end of the completion queue': { opcode: 4, words: [1] },
  'the end of completion queue 0': { opcode: 4, words: [0] },
  'the end of no completion queue': { opcode: 4, words: [5] },
  'the end of submission queue 0': { opcode: 0, words: [0] },
  'the end of no submission queue': { opcode: 0, words: [5] },
};

const blocks = (opcode: number, block: number, count: number, more: Partial<Asked> = {}): Asked => ({
  ...{ queue: 1, opcode, namespace: 1, words: [block, 0, count - 1], second: DATA + 0x1000 },
  ...more,
});

/** About the disk, by queue 1. */
const disk: Readonly<Record<string, Asked>> = {
  write: blocks(1, 3, 2),
  read: blocks(2, 3, 2, { shown: 16 }),
  'read the last': blocks(2, SECTORS - 1, 1),
  'read beyond the last': blocks(2, SECTORS - 1, 2),
  'read far beyond': blocks(2, 0, 1, { words: [0, 1, 0] }),
  ...Object.fromEntries([0, 2, 257].map((n) => [`read of namespace ${n}`, blocks(2, 0, 1, { namespace: n })])),
  'read of all namespaces': blocks(2, 0, 1, { namespace: 0xffffffff }),
  'read too much': blocks(2, 0, 1025),
  'read to a page within another': blocks(2, 0, 16, { second: DATA + 0x1004 }),
  flush: { queue: 1, opcode: 0, namespace: 1 },
  'flush of all': { queue: 1, opcode: 0, namespace: 0xffffffff },
  'flush of none': { queue: 1, opcode: 0, namespace: 0 },
  'flush of another': { queue: 1, opcode: 0, namespace: 2 },
  'write zeroes': blocks(8, 3, 1),
  'read of zeroes': blocks(2, 3, 1, { shown: 16 }),
  'write zeroes beyond': blocks(8, SECTORS - 1, 2),
  'compare what is the same': blocks(5, 3, 1),
  'compare what is not': blocks(5, 4, 1),
  'deallocation of no blocks': { queue: 1, opcode: 9, namespace: 1, words: [0, 4] },
  'an unknown command': blocks(0x7f, 0, 1),
  'write uncorrectable': blocks(4, 0, 1),
  'set the number of queues too late': { opcode: 9, words: [7, 0x70007] },
  'the end of the submission queue': { opcode: 0, words: [1] },
  'the end of the completion queue at last': { opcode: 4, words: [1] },
};

/** The driver's side of the queues. */
class Driver {
  readonly #controller: Controller;
  readonly #places = queues.map(() => ({ tail: 0, head: 0, phase: 1, id: 0 }));

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  /** The answer to a command: status and result, and bytes that are not 0. */
  async ask({ queue = 0, opcode, namespace = 0, words = [], flags = 0, second = 0, data = DATA, shown = 0 }: Asked) {
    const controller = this.#controller;
    const state = this.#places[queue]!;
    const command = new Uint32Array(16);
    command.set([opcode | (flags << 8) | (++state.id << 16), namespace]);
    command.set([data, 0, second, 0, ...words], 6);
    if (opcode === 6 || opcode === 2) await controller.write(DATA, new Uint8Array(4096));
    await controller.write(queues[queue].submission + 64 * state.tail, new Uint8Array(command.buffer));
    state.tail = (state.tail + 1) % ENTRIES;
    await controller.register(0x1000 + 8 * queue, state.tail);
    const [result, , , last] = await this.#completion(queue);
    await controller.register(0x1004 + 8 * queue, state.head);
    const bytes = shown === 0 ? '' : shownBytes(await controller.read(DATA, shown));
    return `${(last! >>> 17).toString(16)} ${result!.toString(16)}${bytes}`;
  }

  async #completion(queue: 0 | 1): Promise<Uint32Array> {
    const state = this.#places[queue]!;
    for (let tries = 0; tries < 500; tries++) {
      const bytes = await this.#controller.read(queues[queue].completion + 16 * state.head, 16);
      const entry = new Uint32Array(bytes.slice().buffer);
      if ((entry[3]! >>> 16) % 2 === state.phase) {
        state.head = (state.head + 1) % ENTRIES;
        if (state.head === 0) state.phase ^= 1;
        return entry;
      }
      await this.#controller.pass();
    }
    throw new Error('a command is not answered');
  }
}

/** Such as " 4=64 5=65": offsets and bytes. */
function shownBytes(bytes: Uint8Array): string {
  return [...bytes].flatMap((byte, n) => (byte === 0 ? [] : ` ${n}=${byte.toString(16)}`)).join('');
}

const word = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

async function registers(controller: Controller): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (let offset = 0; offset < 0x100; offset += 4)
    answers[`configuration ${offset.toString(16)}`] = word(await controller.config(offset));
  for (const offset of [0x10, 0x14, 0x18, 0x20, 0x30, 0x40, 0x44, 0x48, 0x64])
    answers[`configuration ${offset.toString(16)} of ones`] = word(await controller.config(offset, 0xffffffff));
  await controller.config(0x40, 0);
  await controller.config(0x64, 0);
  await place(controller);
  for (let offset = 0; offset < 0x40; offset += 4)
    answers[`register ${offset.toString(16)}`] = word(await controller.register(offset));
  return answers;
}

/** CSTS after CC is written so, each after a reset of the controller. */
async function enablings(controller: Controller): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  await controller.register(0x24, ((ENTRIES - 1) << 16) | (ENTRIES - 1));
  await controller.register(0x28, queues[0].submission);
  await controller.register(0x30, queues[0].completion);
  for (const configuration of [1, 0x60001, 0x400001, 0x460011, 0x460031, 0x460881, 0x460801, 0x460001]) {
    await controller.register(0x14, 0);
    await controller.register(0x14, configuration);
    await controller.pass();
    answers[`enabled by ${configuration.toString(16)}`] = word(await controller.register(0x1c));
  }
  return answers;
}

/** The answers of a controller to all questions. */
export async function answersOf(controller: Controller): Promise<Record<string, string>> {
  try {
    const answers = { ...(await registers(controller)), ...(await enablings(controller)) };
    const driver = new Driver(controller);
    await controller.write(DATA, new Uint8Array(0x2000).fill(0x5a));
    for (const [name, asked] of Object.entries({ ...admin, ...creation })) answers[name] = await driver.ask(asked);
    await controller.write(DATA, new Uint8Array(0x2000).fill(0x5a));
    for (const [name, asked] of Object.entries(disk)) answers[name] = await driver.ask(asked);
    return answers;
  } finally {
    controller.end();
  }
}
