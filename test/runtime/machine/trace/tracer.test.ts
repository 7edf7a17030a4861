import { describe, expect, test } from 'vitest';
import { putFrame } from '../../../../runtime/host/frames.ts';
import { matchingEvents, traceEventNames } from '../../../../runtime/machine/trace/events.ts';
import { Tracer } from '../../../../runtime/machine/trace/tracer.ts';
import { endValue, Guest, onEveryEngineBy, variants } from '../../../support/guest.ts';
import { kernel } from '../../../support/guest-kernel.ts';

const program = kernel(`
main:   mov     eax, [0xFED00000]
        mov     word [0xFED00010], 0x1234
        mov     dx, 0x80
        mov     eax, 0x89ABCDEF
        out     dx, al
        out     dx, ax
        in      al, dx
        mov     eax, 1
        jmp     exit
`);

describe('the trace', () => {
  onEveryEngineBy(
    'has accesses to ports and registers, as they are asked for',
    program,
    (guest) => {
      expect(endValue(guest)).toBe(1);
      const lines = guest.log.split('\n').filter((line) => /0x80\(|hpet/i.test(line));
      expect(lines.map((line) => line.replace(/name '.*'/, 'name NAME'))).toEqual([
        'memory_region_ops_read cpu 0 addr 0xfed00000 value 0x8086a201 size 4 name NAME',
        'memory_region_ops_write cpu 0 addr 0xfed00010 value 0x1234 size 2 name NAME',
        'cpu_out addr 0x80(b) value 239',
        'cpu_out addr 0x80(w) value 52719',
      ]);
    },
    { trace: ['cpu_*', 'memory_region_ops_*', '-cpu_in'] },
  );

  test('what nobody asked for is connected to nothing', () => {
    const { core } = new Guest(program, variants[0]!);
    expect([core.cpu.ports === core.pc.ports, core.cpu.observer, core.mmu.map.onDeviceAccess]).toEqual([
      true,
      null,
      null,
    ]);
    core.examination.setTrace('*', true);
    expect([core.cpu.ports === core.pc.ports, core.cpu.observer, core.mmu.map.onDeviceAccess]).not.toContain(null);
    core.examination.setTrace('*', false);
    expect([core.cpu.ports === core.pc.ports, core.cpu.observer, core.mmu.map.onDeviceAccess]).toEqual([
      true,
      null,
      null,
    ]);
  });
});

test('requests of drives and frames of cards', () => {
  const lines: string[] = [];
  const names = { drives: new Set(['ide0-hd0']), cards: new Set(['e1000.0']) };
  const tracer = new Tracer(names, (line) => lines.push(line));
  const bytes = new Uint8Array(2 + 60 + 2 + 1514);
  putFrame(bytes, putFrame(bytes, 0, new Uint8Array(60)), new Uint8Array(1514));
  const act = () => {
    const ask = (id: number, question: object) => tracer.sent({ type: 'request', port: 'ide0-hd0', id, question });
    ask(1, { type: 'read', sector: 2, bytes: new Uint8Array(512) });
    ask(2, { type: 'write', sector: 3, bytes: new Uint8Array(1024) });
    ask(3, { type: 'discard', sector: 4, count: 8 });
    ask(4, { type: 'flush' });
    tracer.arrived({ type: 'completion', id: 2, answer: { error: 'io' } });
    tracer.arrived({ type: 'completion', id: 9, answer: { error: null } });
    tracer.sent({ type: 'output', port: 'e1000.0', bytes });
    tracer.sent({ type: 'output', port: 'com1', bytes });
    tracer.arrived({ type: 'input', port: 'e1000.0', value: bytes.subarray(0, 62) });
  };
  act();
  expect(lines).toEqual([]);
  tracer.set('blk_*', true);
  tracer.set('net_*', true);
  act();
  expect(lines).toEqual([
    'blk_co_preadv blk ide0-hd0 offset 1024 bytes 512',
    'blk_co_pwritev blk ide0-hd0 offset 1536 bytes 1024',
    'blk_co_pdiscard blk ide0-hd0 offset 2048 bytes 4096',
    'blk_co_flush blk ide0-hd0',
    'blk_complete blk ide0-hd0 error io',
    'net_send nic e1000.0 bytes 60',
    'net_send nic e1000.0 bytes 1514',
    'net_receive nic e1000.0 bytes 60',
  ]);
});

test('patterns name events', () => {
  expect(matchingEvents('cpu_??')).toEqual(['cpu_in']);
  expect(matchingEvents('blk_co_p*v')).toEqual(['blk_co_preadv', 'blk_co_pwritev']);
  expect(matchingEvents('cpu_.n')).toEqual([]);
  expect(matchingEvents('*c*_*t*e')).toEqual(traceEventNames.filter((name) => /c.*_.*t.*e$/.test(name)));
  expect(matchingEvents('*'.repeat(1000))).toHaveLength(traceEventNames.length);
  expect(matchingEvents(`${'*'.repeat(1000)}?`.repeat(50))).toEqual([]);
});
