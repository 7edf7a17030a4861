import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listenForQmp, Machine, openMonitor, openQmp, type Qmp, type SessionServer } from '../../../src/index.ts';
import { JsonReader } from '../../../src/qmp/json/reader.ts';
import { QmpSession } from '../../../src/qmp/session.ts';
import { SlowReader } from '../../support/slow-reader.ts';

type Message = { readonly [name: string]: unknown };

/** A client on a socket. */
class Client implements Disposable {
  readonly #socket: Socket;
  readonly #messages: Message[] = [];
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new JsonReader();
    socket.on('data', (bytes: Buffer) => {
      for (const read of reader.read(bytes)) this.#messages.push((read as { value: Message }).value);
      this.#wake();
    });
  }

  static async connect(): Promise<Client> {
    const socket = connect(server.address as { host: string; port: number });
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** One that has negotiated. */
  static async ready(): Promise<Client> {
    const client = await Client.connect();
    await client.next();
    await client.ask('qmp_capabilities');
    return client;
  }

  async next(): Promise<Message> {
    while (this.#messages.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#messages.shift()!;
  }

  /** Sends a command, and returns the messages up to its answer. */
  async ask(execute: string, args?: object): Promise<Message[]> {
    this.#socket.write(JSON.stringify({ execute, ...(args && { arguments: args }) }));
    const messages = [await this.next()];
    while ('event' in messages.at(-1)!) messages.push(await this.next());
    return messages;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

let machine: Machine;
let server: SessionServer;
beforeAll(async () => {
  machine = await Machine.create({ memory: 16, boot: { demo: true } });
  server = await listenForQmp(machine, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await machine.stop();
});

test('greets, and answers nothing before the negotiation', async () => {
  using client = await Client.connect();
  expect(await client.next()).toMatchObject({ QMP: { version: { qemu: { major: 7 } }, capabilities: [] } });
  expect(await client.ask('query-status')).toMatchObject([{ error: { class: 'CommandNotFound' } }]);
  expect(await client.ask('qmp_capabilities')).toEqual([{ return: {} }]);
  expect(await client.ask('query-status')).toEqual([
    { return: { status: 'prelaunch', singlestep: false, running: false } },
  ]);
});

test('one client after the other', async () => {
  const first = await Client.ready();
  const second = Client.ready();
  expect(await first.ask('query-kvm')).toEqual([{ return: { enabled: false, present: false } }]);
  first[Symbol.dispose]();
  using client = await second;
  expect(await client.ask('query-target')).toEqual([{ return: { arch: 'i386' } }]);
});

test('events come with the time, before the answer of what caused them', async () => {
  using client = await Client.ready();
  const [event, answer] = await client.ask('cont');
  expect(event).toEqual({
    event: 'RESUME',
    timestamp: { seconds: expect.any(Number), microseconds: expect.any(Number) },
  });
  expect(answer).toEqual({ return: {} });
  expect(await client.ask('cont')).toEqual([{ return: {} }]);
  await machine.pause();
  expect(await client.next()).toMatchObject({ event: 'STOP' });
});

test('what is no key is refused', async () => {
  using client = await Client.ready();
  expect(
    await client.ask('send-key', {
      keys: [
        { type: 'qcode', data: 'a' },
        { type: 'qcode', data: 'frob' },
      ],
    }),
  ).toEqual([{ error: { class: 'GenericError', desc: "Parameter 'data' does not accept value 'frob'" } }]);
  expect(await client.ask('send-key', { keys: [{ type: 'number', data: 'a' }] })).toEqual([
    { error: { class: 'GenericError', desc: "Invalid parameter type for 'keys[0].data', expected: integer" } },
  ]);
});

test('a client that has ended its sending side gets its answers', async () => {
  const socket = connect({ ...(server.address as { host: string; port: number }), allowHalfOpen: true });
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  const registers = { 'command-line': 'info registers' };
  const asked = [{ execute: 'qmp_capabilities' }, { execute: 'human-monitor-command', arguments: registers }];
  socket.end(asked.map((request) => JSON.stringify(request)).join(''));
  await once(socket, 'close');
  expect(text).toMatch(/^\{"QMP".*\r\n\{"return":\{\}\}\r\n\{"return":".*EAX=.*"\}\r\n$/);
});

test('for people messages have a member on each line', async () => {
  const sent: string[] = [];
  const write = async (bytes: Uint8Array) => void sent.push(new TextDecoder().decode(bytes));
  const session = new QmpSession(openQmp(machine), write, true);
  await session.receive(new TextEncoder().encode('{"execute":"qmp_capabilities"}'));
  await session.close();
  expect(sent).toEqual([
    expect.stringMatching(/^\{\r\n {4}"QMP": \{\r\n {8}"version": \{\r\n/),
    '{\r\n    "return": {\r\n    }\r\n}\r\n',
  ]);
});

test('a client that has gone is answered nothing more', async () => {
  const sent: string[] = [];
  const session = new QmpSession(openQmp(machine), async (bytes) => void sent.push(new TextDecoder().decode(bytes)));
  const asked = session.receive(new TextEncoder().encode('{"execute":"qmp_capabilities"}{"execute":"query-status"}'));
  await session.close();
  await asked;
  expect(sent).toEqual([expect.stringMatching(/^\{"QMP":/)]);
});

test('all hear of the power button, whoever has pressed it', async () => {
  const heard: string[][] = [[], []];
  const ends = heard.map((events) => openQmp(machine).listen((event) => events.push(event)));
  await openQmp(machine).execute('system_powerdown');
  await openMonitor(machine).execute('system_powerdown');
  await machine.pressPowerButton();
  for (const end of ends) end();
  expect(heard).toEqual([Array(3).fill('POWERDOWN'), Array(3).fill('POWERDOWN')]);
});

test('programs have the commands without a socket', async () => {
  const qmp = openQmp(machine);
  const events: unknown[] = [];
  const unlisten = qmp.listen((event, data) => events.push([event, data]));
  await qmp.execute('system_reset');
  unlisten();
  await qmp.execute('cont');
  expect(events).toEqual([['RESET', { guest: false, reason: 'host-qmp-system-reset' }]]);
  await expect(qmp.execute('frob')).rejects.toMatchObject({ errorClass: 'CommandNotFound' });
  await expect(qmp.execute('eject', {})).rejects.toThrow("Need exactly one of 'device' and 'id'");
});

test.each([
  ['pmemsave', 2 ** 36 - 1, '0xfffffffff'],
  ['memsave', 2 ** 32 - 1, '0xffffffff'],
  ['memsave', -2, '0xfffffffffffffffe'],
])('%s writes nothing from beyond the end of its address space: %i', async (command, val, address) => {
  using client = await Client.ready();
  const filename = join(tmpdir(), `${command}-beyond-${process.pid}`);
  expect(await client.ask(command, { val, size: 2, filename })).toEqual([
    { error: { class: 'GenericError', desc: `Invalid addr ${address}/size 2 specified` } },
  ]);
  expect(existsSync(filename)).toBe(false);
});

test('a balloon is told of in bytes, and asked for memory', async () => {
  await using guest = await Machine.create({ memory: 16, boot: { demo: true }, balloon: true });
  const qmp = openQmp(guest);
  expect(await qmp.execute('query-balloon')).toEqual({ actual: 16 << 20 });
  expect(await qmp.execute('balloon', { value: 1e12 })).toEqual({});
  await expect(qmp.execute('balloon', { value: 0 })).rejects.toThrow("Parameter 'target' expects a size");
  await expect(openQmp(machine).execute('balloon', { value: 1 << 20 })).rejects.toMatchObject({
    errorClass: 'DeviceNotActive',
  });
});

test('set_link pulls the cable of a card, as in QEMU', async () => {
  await using guest = await Machine.create({ memory: 16, boot: { demo: true }, network: [{}] });
  const qmp = openQmp(guest);
  const { name } = guest.network[0]!;
  const set = vi.spyOn(guest.network[0]!, 'setLink');
  expect(await qmp.execute('set_link', { name, up: false })).toEqual({});
  expect(await qmp.execute('set_link', { name, up: true })).toEqual({});
  expect(set.mock.calls).toEqual([[false], [true]]);
  await expect(qmp.execute('set_link', { name: 'no', up: true })).rejects.toMatchObject({
    ...{ errorClass: 'DeviceNotFound', message: "Device 'no' not found" },
  });
  await expect(qmp.execute('set_link', { name, up: 1 })).rejects.toThrow(
    "Invalid parameter type for 'up', expected: boolean",
  );
});

test('quit is told once, and ends the machine', async () => {
  using client = await Client.ready();
  expect(await client.ask('quit')).toMatchObject([
    { event: 'SHUTDOWN', data: { guest: false, reason: 'host-qmp-quit' } },
    { return: {} },
  ]);
  expect((await machine.exited).reason).toBe('stopped');
  expect(await client.ask('query-status')).toEqual([
    { return: { status: 'shutdown', singlestep: false, running: false } },
  ]);
});

test('requests wait until the answers before them are taken', async () => {
  const reader = new SlowReader();
  const session = new QmpSession(openQmp(machine), reader.write);
  expect(JSON.parse(reader.take())).toHaveProperty('QMP');
  const asked = '{"execute": "qmp_capabilities"}'.concat('{"execute": "query-commands"}'.repeat(3));
  const answered = session.receive(Buffer.from(asked));
  for (let n = 0; n < 4; n++) {
    await expect.poll(() => reader.waiting).toBe(1);
    expect(JSON.parse(reader.take())).toHaveProperty('return');
  }
  await answered;
  await session.close();
});

test('a client that takes nothing misses events', async () => {
  const reader = new SlowReader();
  let tell: (event: string) => void = () => {};
  const listen = (listener: typeof tell) => {
    tell = listener;
    return () => {};
  };
  const session = new QmpSession({ greeting: {}, listen } as unknown as Qmp, reader.write);
  const answered = session.receive(Buffer.from('{"execute": "qmp_capabilities"}'));
  await expect.poll(() => reader.waiting).toBe(2);
  for (let n = 0; n < 100_000; n++) tell('RESET');
  expect(reader.bytes).toBeGreaterThan(1 << 20);
  expect(reader.bytes).toBeLessThan((1 << 20) + 1000);
  while (reader.waiting > 0) reader.take();
  await answered;
  tell('STOP');
  expect(JSON.parse(reader.take())).toMatchObject({ event: 'STOP' });
});

test('nonsense is answered piece by piece, however much comes at once', async () => {
  let answers = 0;
  const session = new QmpSession(openQmp(machine), async () => void answers++);
  await session.receive(Buffer.from('}'.repeat(1 << 16)));
  expect(answers).toBe((1 << 16) + 1);
  await session.close();
});
