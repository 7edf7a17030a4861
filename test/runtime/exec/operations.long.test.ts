import { afterEach, describe, expect, test } from 'vitest';
import { defaultInterpreter, type HandlerFunction } from '../../../runtime/exec/handlers.ts';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { OPERATION_MASK, Operation, WEIGHT_SHIFT } from '../../../translator/abi/record.ts';
import { endValue, Guest, type Variant } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { nodeAt, operationAt } from '../../support/records.ts';
import { FLAT_KEY } from '../../support/samples.ts';

const counting = { icountShift: 3, icountSleep: false } as const;
const interpreter: Variant = { name: 'interpreter', config: { engine: 'interpreter' } };
const countingInterpreter: Variant = { name: 'interpreter, counting', config: { engine: 'interpreter', ...counting } };

function translator(threshold: number, pacing: Omit<Variant['config'], 'engine'> = {}): Variant {
  const engineOptions = { tiering: tieringAt(threshold) };
  return { name: 'translator', config: { engine: 'translator', ...pacing, engineOptions } };
}

const guests: Guest[] = [];
afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.dispose();
});

function guestOf(source: string, variant: Variant): Guest {
  const guest = new Guest(kernel(source), variant);
  guests.push(guest);
  return guest;
}

/** Counts the calls of each function of a key's array, by operation. */
function callsOf({ core }: Guest, key = FLAT_KEY): number[] {
  const { handlers, graph } = core.engine;
  graph.cache.enterContext();
  // Has the array made.
  graph.decode(graph.cache.resolve(core.state[12]));
  const functions = handlers.functions[key];
  const calls: number[] = [];
  const counted = (run: HandlerFunction, operation: number): HandlerFunction => {
    return (record) => {
      calls[operation] = (calls[operation] ?? 0) + 1;
      return run(record);
    };
  };
  for (const [operation, run] of functions.entries()) functions[operation] = counted(run, operation);
  // Handlers that are made later.
  const { push } = functions;
  functions.push = (run) => push.call(functions, counted(run, functions.length));
  return calls;
}

const at = (guest: Guest, label: string) => guest.core.engine.graph.cache.entryAt(guest.address(label));
const operationOf = (guest: Guest, label: string) => operationAt(guest.core.engine.graph, at(guest, label));

describe('the loop', () => {
  test('runs frequent instructions itself, and calls the handlers of others', () => {
    const guest = guestOf(
      `
main:   mov     ecx, 1000
.again: mov     eax, [FREE]
        push    eax
        pop     edx
.other: bswap   eax
        sub     ecx, 1
        jnz     .again
        jmp     exit
`,
      interpreter,
    );
    const calls = callsOf(guest);
    guest.runToEnd();
    const frequent = calls.slice(Operation.first, Operation.first + defaultInterpreter.frequent);
    // TLB misses.
    expect(frequent.reduce((sum, count = 0) => sum + count, 0)).toBeLessThan(10);
    // That is compiled at the first of them, in its place in the array.
    expect(operationOf(guest, 'main.other')).toBeGreaterThanOrEqual(Operation.first + defaultInterpreter.frequent);
  });
});

describe('an operation of the runtime', () => {
  test('undecoded: decodes an instruction when it first runs, which then has its own', () => {
    const guest = guestOf(
      `
main:   mov     ecx, 1000
.again: sub     ecx, 1
        jnz     .again
        jmp     exit
.never: nop
`,
      countingInterpreter,
    );
    const calls = callsOf(guest);
    guest.core.stopAt(900);
    guest.core.run(Infinity);
    // The first of its code was decoded already.
    const { undecoded } = Operation;
    const before = calls[undecoded];
    expect(before).toBeGreaterThanOrEqual(2);
    const { handlers } = guest.core.engine;
    const node = nodeAt(guest.core.engine.graph, guest.address('main.again'));
    expect(operationAt(guest.core.engine.graph, node.record)).toBe(handlers.get(node, FLAT_KEY).operation);
    expect(operationOf(guest, 'main.never')).toBe(undecoded);
    guest.core.stopAt(1800);
    guest.core.run(Infinity);
    expect(calls[undecoded]).toBe(before);
    guest.core.stopAt(Infinity);
    guest.runToEnd();
  });

  test('gate: finds the page that it leads to; after that the loop passes it by itself', () => {
    const guest = guestOf(
      `
main:   mov     ecx, 1000
.again: call    other
        sub     ecx, 1
        jnz     .again
        jmp     exit
        align   4096
other:  ret
`,
      interpreter,
    );
    const calls = callsOf(guest);
    guest.runToEnd();
    // To the function, to the exit, and what attention that was asked for there.
    expect(calls[Operation.gate]).toBeGreaterThan(0);
    expect(calls[Operation.gate]).toBeLessThan(100);
  });

  test('an instruction in two pages is decoded anew when its second page was written', () => {
    const guest = guestOf(
      `
main:   mov     ecx, 3
        xor     eax, eax
.again: call    other
        mov     byte [second], 5
        sub     ecx, 1
        jnz     .again
        jmp     exit
        align   4096
        times 4094 nop
other:  db      0x83, 0xC0                      ; ADD EAX, number in the next page
second: db      1
        ret
`,
      interpreter,
    );
    const calls = callsOf(guest);
    expect(endValue(guest)).toBe(1 + 5 + 5);
    expect(calls[Operation.crossing]).toBe(3);
    expect(operationOf(guest, 'other')).toBe(Operation.crossing);
  });
});

describe('a breakpoint', () => {
  test('leaves in front of the instruction, which a step runs, and goes when the breakpoint does', () => {
    const guest = guestOf(
      `
main:   mov     ecx, 1000
.again: sub     ecx, 1
.stop:  jnz     .again
        jmp     exit
`,
      countingInterpreter,
    );
    const calls = callsOf(guest);
    const { core } = guest;
    core.stopAt(300);
    core.run(Infinity);
    const own = operationOf(guest, 'main.stop');
    expect(own).toBeGreaterThanOrEqual(Operation.first);
    core.stopAt(Infinity);
    core.debugging.setBreakpoints([guest.address('main.stop')]);
    const turns: number[] = [];
    for (let n = 0; n < 4; n++) {
      expect(core.run(Infinity).reason).toBe('debug');
      expect(guest.register('eip')).toBe(guest.address('main.stop'));
      expect(operationOf(guest, 'main.stop')).toBe(Operation.breakpoint);
      turns.push(guest.register('ecx'));
      core.debugging.setStepping(true);
      expect(core.run(Infinity).reason).toBe('debug');
    }
    const [first] = turns;
    expect(turns).toEqual([first, first - 1, first - 2, first - 3]);
    expect(calls[Operation.breakpoint]).toBeGreaterThan(0);
    core.debugging.setBreakpoints([]);
    expect(core.run(Infinity).reason).toBe('exit');
    expect(operationOf(guest, 'main.stop')).toBe(own);
  });
});

/** A guest that has run so many instructions, interpreted. */
function stoppedAfter(instructions: number, source: string): Guest {
  const guest = guestOf(source, countingInterpreter);
  guest.core.stopAt(instructions);
  guest.core.run(Infinity);
  return guest;
}

describe('an instruction with a counter', () => {
  test('is counted each time, and does the same', () => {
    const guest = stoppedAfter(
      300,
      `
main:   mov     ecx, 1000
        xor     eax, eax
.again: add     eax, ecx
        sub     ecx, 1
        jnz     .again
        jmp     exit
`,
    );
    const { core } = guest;
    const { graph } = core.engine;
    const record = at(guest, 'main.again');
    const own = operationAt(graph, record);
    let runs = 0;
    graph.count(record, () => runs++);
    expect(operationAt(graph, record)).toBe(Operation.counted);
    core.stopAt(600);
    core.run(Infinity);
    expect(runs).toBe(100);
    graph.count(record, null);
    expect(operationAt(graph, record)).toBe(own);
    core.stopAt(900);
    core.run(Infinity);
    expect(runs).toBe(100);
    core.stopAt(Infinity);
    expect(endValue(guest)).toBe((1000 * 1001) / 2);
  });

  test('gives it up when it is evicted: what gets its record is not counted', () => {
    const guest = stoppedAfter(
      1000,
      `
main:   mov     ecx, 1000
.again: sub     ecx, 1
        jnz     .again
        mov     ecx, 1000
.other: add     ecx, -1
        jnz     .other
        jmp     exit
`,
    );
    const { core } = guest;
    const { graph } = core.engine;
    let runs = 0;
    for (const label of ['main', 'main.again']) graph.count(at(guest, label), () => runs++);
    graph.cache.dropAll('evicted');
    core.stopAt(Infinity);
    guest.runToEnd();
    expect(runs).toBe(0);
    const operations = graph.cache
      .allPages()
      .flatMap((page) => [...page.instructions()].map((one) => operationAt(graph, one)));
    expect(operations).not.toContain(Operation.counted);
  });
});

/** Calls a function that gets hot. */
const calling = `
main:   mov     ecx, 1000
        xor     eax, eax
.again: call    function
        sub     ecx, 1
        jnz     .again
        jmp     exit
        align   64
function:
        add     eax, 3
        ret
`;

describe.each([
  ['polling', {}],
  ['counting', counting],
] as const)('an entry, %s', (_pacing, pacing) => {
  test('heats in its operation word, comes to tiering when it is due, and then runs its translation', () => {
    const guest = guestOf(calling, translator(200, pacing));
    const calls = callsOf(guest);
    const { graph } = guest.core.engine;
    const words = new Set<number>();
    const { onDue } = guest.core.engine.tiering!;
    guest.core.engine.tiering!.onDue = (node) => {
      if (node.eip === guest.address('function')) {
        words.add(graph.records.ownOperationOf(node.record) | (graph.records.weightOf(node.record) << WEIGHT_SHIFT));
        expect(graph.records.views.HEAT[node.record]).toBeGreaterThanOrEqual(0);
      }
      onDue.call(guest.core.engine.tiering, node);
    };
    expect(endValue(guest)).toBe(3000);
    const record = at(guest, 'function');
    expect(nodeAt(graph, guest.address('function')).isTranslated).toBe(true);
    expect(graph.records.views.OPERATION[record]).toBe(Operation.translated);
    expect(graph.records.views.HEAT[record]).toBeLessThan(0);
    // What it runs alone is the handler's still.
    const { operation } = graph.handlerOf(record);
    expect([...words].map((word) => word & OPERATION_MASK)).toEqual([operation]);
    expect(calls[Operation.due]).toBeGreaterThan(0);
    expect(calls[Operation.due]).toBeLessThan(100);
    expect(calls[Operation.translated]).toBeGreaterThan(0);
  });

  test('that is translated and due stays translated, and is not due again at once', () => {
    const guest = guestOf(calling, translator(10, pacing));
    const calls = callsOf(guest);
    const { graph } = guest.core.engine;
    // Until it has a translation.
    const { onDue } = guest.core.engine.tiering!;
    let wasMadeDue = false;
    guest.core.engine.tiering!.onDue = (node) => {
      onDue.call(guest.core.engine.tiering, node);
      if (!node.isTranslated || node.eip !== guest.address('function')) return;
      // As if it had taken the place of another translation, whose entry had become due.
      graph.records.heat.set(node.record, node.due);
      wasMadeDue = graph.records.views.HEAT[node.record] >= 0;
    };
    expect(endValue(guest)).toBe(3000);
    expect(wasMadeDue).toBe(true);
    const record = at(guest, 'function');
    expect(graph.records.views.OPERATION[record]).toBe(Operation.translated);
    expect(graph.records.views.HEAT[record]).toBeLessThan(0);
    expect(calls[Operation.due]).toBeLessThan(100);
  });
});

test('returned: a translation that returns to what the loop runs comes back by EIP', () => {
  const guest = guestOf(calling, translator(200));
  const calls = callsOf(guest);
  const { tiering, graph } = guest.core.engine;
  const { onDue } = tiering!;
  // Only the function is translated: its caller is left to the loop.
  tiering!.onDue = (node) => {
    if (node.eip === guest.address('function')) return onDue.call(tiering, node);
    graph.records.heat.set(node.record, -(2 ** 30));
    graph.settle(node.record);
  };
  expect(endValue(guest)).toBe(3000);
  expect(calls[Operation.translated]).toBeGreaterThan(500);
  // The loop returns so, too, to code that the branch target buffer does not know.
  expect(calls[Operation.returned]).toBeGreaterThanOrEqual(calls[Operation.translated]);
  expect(operationOf(guest, 'main.again')).toBeGreaterThanOrEqual(Operation.first);
});
