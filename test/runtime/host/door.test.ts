import { expect, test } from 'vitest';
import { HostDoor } from '../../../runtime/host/door.ts';
import type { ToHost } from '../../../runtime/host/messages.ts';
import { INPUT_CREDIT, type RequestPort } from '../../../runtime/host/ports.ts';
import { EventQueue } from '../../../runtime/time/events.ts';

const requestPort = (name: string, most = Infinity): RequestPort<string, string, unknown> => ({ name, most });

/** A door whose virtual time is `time`; what it sends, and what arrives, is in `log`. */
function makeDoor(latency?: number) {
  const rig = { time: 1000, sent: [] as ToHost[], log: [] as string[] };
  const events = new EventQueue();
  const door = new HostDoor({
    clock: { now: () => rig.time },
    events,
    send: (message) => rig.sent.push(message),
    latency,
  });
  const disk = door.requests(requestPort('disk'));
  const ask = (question: string) =>
    disk.request(
      () => question,
      (answer) => rig.log.push(`${rig.time}: ${answer}`),
    );
  const complete = (id: number, answer: string) => door.arrive({ type: 'completion', id, answer });
  const run = (time: number) => {
    rig.time = time;
    events.runDue(time);
  };
  return Object.assign(rig, { door, events, disk, ask, complete, run });
}

test('a completion enters with the events, not with its message', () => {
  const { ask, complete, log, run, sent } = makeDoor();
  ask('sector 5');
  expect(sent).toEqual([{ type: 'request', port: 'disk', id: 1, question: 'sector 5' }]);
  complete(1, 'five');
  expect(log).toEqual([]);
  run(1001);
  expect(log).toEqual(['1001: five']);
});

test('completions enter in the order of their messages, each once', () => {
  const { ask, complete, log, run } = makeDoor();
  for (const question of ['a', 'b', 'c']) ask(question);
  complete(2, 'B');
  complete(3, 'C');
  complete(2, 'again');
  run(1001);
  complete(1, 'A');
  run(1002);
  expect(log).toEqual(['1001: B', '1001: C', '1002: A']);
});

test('what was cancelled does not come, whether the host has answered or not; later requests are answered', () => {
  const { ask, complete, disk, log, run } = makeDoor();
  ask('answered');
  ask('under way');
  complete(1, 'old');
  disk.cancel();
  run(1001);
  complete(2, 'old');
  ask('new');
  complete(3, 'new');
  run(1002);
  expect(log).toEqual(['1002: new']);
});

test('a done that asks again, or cancels, keeps the others in order', () => {
  const { complete, disk, log, run } = makeDoor();
  const note = (answer: string) => log.push(answer);
  disk.request(
    () => 'first',
    (answer) => {
      note(answer);
      disk.cancel();
      disk.request(() => 'third', note);
    },
  );
  disk.request(() => 'second', note);
  complete(1, '1');
  complete(2, '2');
  run(1001);
  complete(3, '3');
  run(1001);
  expect(log).toEqual(['1', '3']);
});

test('input of streams and of request ports arrives in its order', () => {
  const { door, disk, log, run } = makeDoor();
  const line = door.stream({ name: 'line', credit: INPUT_CREDIT });
  line.onInput = ([byte]) => log.push(`byte ${byte}`);
  disk.onInput = (value) => log.push(`medium ${value}`);
  door.arrive({ type: 'input', port: 'line', value: Uint8Array.of(1) });
  door.arrive({ type: 'input', port: 'disk', value: null });
  door.arrive({ type: 'input', port: 'line', value: Uint8Array.of(2) });
  run(1000);
  expect(log).toEqual(['byte 1', 'medium null', 'byte 2']);
});

test('a name is taken once, and a port that nobody has made is told', () => {
  const { door } = makeDoor();
  expect(() => door.stream({ name: 'disk', credit: 8 })).toThrow("the machine has a port 'disk' already");
  expect(() => door.arrive({ type: 'input', port: 'dusk', value: 0 })).toThrow("the machine has no port 'dusk'");
});

test('with a latency an answer comes so long after its request, however early the host has it', () => {
  const { ask, complete, log, run } = makeDoor(500);
  ask('a');
  complete(1, 'A');
  run(1499);
  expect(log).toEqual([]);
  run(1500);
  expect(log).toEqual(['1500: A']);
});

test('with a latency time waits for an answer that is late: nothing that is due later happens before', () => {
  const { ask, complete, door, events, log, run } = makeDoor(500);
  events.timer('later', () => log.push('later')).arm(1501);
  ask('a');
  ask('b');
  complete(2, 'B');
  run(1600);
  expect([log, door.isWaiting, events.nextDeadline()]).toEqual([[], true, 1500]);
  complete(1, 'A');
  run(1600);
  expect([log, door.isWaiting]).toEqual([['1600: A', '1600: B', 'later'], false]);
});

test('with a latency what comes without a request does not wait for answers, and keeps its order', () => {
  const { ask, complete, disk, door, log, run } = makeDoor(500);
  disk.onInput = (value) => log.push(`medium ${value}`);
  for (const [n, answer] of ['A', 'B', 'C'].entries()) {
    ask('?');
    complete(n + 1, answer);
  }
  for (const value of [1, 2]) door.arrive({ type: 'input', port: 'disk', value });
  run(1000);
  run(1500);
  expect(log).toEqual(['medium 1', 'medium 2', '1500: A', '1500: B', '1500: C']);
});

test('a late answer that is cancelled is not waited for any more', () => {
  const { ask, disk, door, events, log, run } = makeDoor(500);
  events.timer('later', () => log.push('later')).arm(1501);
  ask('a');
  run(1600);
  expect(door.isWaiting).toBe(true);
  disk.cancel();
  run(1600);
  expect([log, door.isWaiting]).toEqual([['later'], false]);
});

test('another host owes nothing, and is owed nothing, of what was under way with the one before', () => {
  const { door, disk, ask, complete, log, run, sent } = makeDoor();
  const stream = door.stream({ name: 'line', credit: 8 });
  const lane = door.requests(requestPort('tape', 1));
  const wind = () =>
    lane.request(
      () => 'wind',
      () => {},
    );
  door.arrive({ type: 'input', port: 'line', value: new Uint8Array(6) });
  run(1001);
  stream.taken(3);
  ask('sector 5');
  wind();
  wind();
  door.arrive({ type: 'input', port: 'line', value: new Uint8Array(2) });
  door.changeHost();
  sent.length = 0;
  door.loaded();
  expect(sent).toEqual([]);
  complete(1, 'of the host before');
  run(1002);
  expect(log).toEqual([]);
  door.arrive({ type: 'input', port: 'line', value: new Uint8Array(8) });
  run(1003);
  stream.taken(4);
  wind();
  disk.tell('lock', 'on');
  expect(sent.map((message) => [message.type, 'length' in message ? message.length : message.port])).toEqual([
    ['taken', 4],
    ['request', 'tape'],
    ['request', 'disk'],
  ]);
});

test('of a port that is closed nothing arrives any more, and another one of its name begins anew', () => {
  const { door, run, log, sent, ask, complete } = makeDoor();
  door.expect(['line']);
  const open = (name: string) => {
    const stream = door.stream({ name: 'line', credit: 8 });
    stream.onInput = (bytes) => {
      log.push(`${name}: ${bytes}`);
      stream.taken(bytes.length);
    };
  };
  const arrive = (...bytes: number[]) => door.arrive({ type: 'input', port: 'line', value: Uint8Array.from(bytes) });
  arrive(1);
  run(1001);
  open('first');
  arrive(2);
  door.close('line');
  run(1002);
  expect([log, door.ports]).toEqual([[], ['disk']]);
  // It comes before its device does.
  arrive(3);
  open('second');
  run(1003);
  expect(log).toEqual(['second: 3']);
  ask('sector 5');
  door.close('disk');
  complete(1, 'five');
  run(1004);
  expect(log).toEqual(['second: 3']);
  expect(sent).toHaveLength(1);
  expect(() => door.arrive({ type: 'input', port: 'disk', value: 1 })).toThrow("the machine has no port 'disk'");
});

test('input that has come can be taken at once, without answers and what is to come later', () => {
  const { door, log, ask, complete, run } = makeDoor();
  const stream = door.stream({ name: 'com1', credit: INPUT_CREDIT });
  stream.onInput = (bytes) => void log.push(`input ${bytes.join(' ')}`);
  const input = (byte: number, at?: number) =>
    door.arrive({ type: 'input', port: 'com1', value: Uint8Array.of(byte) }, at);
  ask('sector');
  complete(1, 'answer');
  input(1);
  input(2);
  input(3, 1500);
  door.takeInput();
  expect(log).toEqual(['input 1', 'input 2']);
  run(1001);
  expect(log).toEqual(['input 1', 'input 2', '1001: answer']);
  run(1500);
  expect(log.at(-1)).toBe('input 3');
});
