import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fromHex, numberFromHex } from '../../../src/gdb/hex.ts';
import { gdbRegisters } from '../../../src/gdb/register-table.ts';
import { GdbSession } from '../../../src/gdb/session.ts';
import { listenForGdb, Machine, openMonitor, type SessionServer } from '../../../src/index.ts';
import { hexDigits } from '../../../src/util/bytes.ts';
import { GdbClient } from '../../support/gdb-client.ts';
import { SlowReader } from '../../support/slow-reader.ts';

let machine: Machine;
let server: SessionServer;
let gdb: GdbClient;
beforeAll(async () => {
  machine = await Machine.create({ memory: 16, boot: { demo: true } });
  server = await listenForGdb(machine, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await machine.stop();
});
const connect = () => GdbClient.connect(server.address as { host: string; port: number });
beforeEach(async () => {
  gdb = await connect();
  await gdb.ask('qSupported:multiprocess+;swbreak+;hwbreak+');
  await gdb.ask('?');
  return () => gdb[Symbol.dispose]();
});

const numberOf = (name: string): string => gdbRegisters.findIndex((one) => one.name === name).toString(16);
const eip = async (): Promise<number> => Number(numberFromHex(await gdb.ask(`p${numberOf('eip')}`)));

describe('what gdb asks at the beginning', () => {
  test.each([
    ['?', 'T05thread:p1.1;'],
    ['vMustReplyEmpty', ''],
    ['Hgp0.0', 'OK'],
    ['Hc-1', 'OK'],
    ['Hgp2.1', 'E22'],
    ['qC', 'QCp1.1'],
    ['qfThreadInfo', 'mp1.1'],
    ['qsThreadInfo', 'l'],
    ['qAttached:1', '1'],
    ['Tp1.1', 'OK'],
    ['Tp1.2', 'E22'],
    ['vCont?', 'vCont;c;C;s;S'],
    ['qTStatus', ''],
    ['qSymbol::', ''],
    ['qqemu.sstepbits', 'ENABLE=1,NOIRQ=2,NOTIMER=4'],
    ['qXfer:features:read:other.xml:0,10', 'E00'],
    ['!', ''],
  ])('%s', async (question, answer) => {
    expect(await gdb.ask(question)).toBe(answer);
  });

  test('the description in parts, as long as gdb wants them', async () => {
    let text = '';
    for (let part = 'm'; part.startsWith('m'); text += part.slice(1))
      part = await gdb.ask(`qXfer:features:read:target.xml:${text.length.toString(16)},3e8`);
    expect(text).toMatch(/^<\?xml/);
    expect(text).toMatch(/<\/target>$/);
    expect([...text.matchAll(/<reg name="(\w+)"/g)].map(([, name]) => name)).toEqual(
      gdbRegisters.map(({ name }) => name),
    );
  });
});

describe('registers', () => {
  test('are as many bytes as are described', async () => {
    const bits = gdbRegisters.reduce((sum, register) => sum + register.bits, 0);
    expect((await gdb.ask('g')).length).toBe(bits / 4);
  });

  test('are changed one by one, and all at once', async () => {
    const before = await gdb.ask('g');
    expect(await gdb.ask(`P${numberOf('ebx')}=78563412`)).toBe('OK');
    expect(await gdb.ask(`p${numberOf('ebx')}`)).toBe('78563412');
    expect(await gdb.ask(`G${before}`)).toBe('OK');
    expect(await gdb.ask('g')).toBe(before);
  });

  test('that are not there, or would not take the value, are errors', async () => {
    expect(await gdb.ask('p99')).toBe('E14');
    expect(await gdb.ask('P99=00000000')).toBe('E14');
    expect(await gdb.ask(`P${numberOf('cr0')}=00000080`)).toBe('E14');
  });
});

describe('memory', () => {
  test('is written as digits and as bytes, and read', async () => {
    expect(await gdb.ask('M2000,4:01020304')).toBe('OK');
    expect(await gdb.ask('X2002,3:}\x03#}]'.replace('#', '*'))).toBe('OK');
    expect(await gdb.ask('m2000,6')).toBe(`0102${hexDigits(Buffer.from('#*}'))}00`);
  });

  test('that is not there is an error', async () => {
    expect(await gdb.ask('md0000000,4')).toBe('E14');
    expect(await gdb.ask('Md0000000,1:00')).toBe('E14');
    expect(await gdb.ask('M2000,2:00')).toBe('E22');
  });

  test('comes in large packets', async () => {
    expect(fromHex(await gdb.ask('m100000,2000'))).toEqual(await machine.memoryRead(0x100000, 0x2000));
  });

  test('is physical on request', async () => {
    expect(await gdb.ask('Qqemu.PhyMemMode:1')).toBe('OK');
    expect(await gdb.ask('qqemu.PhyMemMode')).toBe('1');
    expect(await gdb.ask('mfffffff0,1')).not.toBe('E22');
    expect(await gdb.ask('Qqemu.PhyMemMode:0')).toBe('OK');
  });
});

describe('running', () => {
  test('steps', async () => {
    const before = await eip();
    expect(await gdb.ask('vCont;s:p1.1')).toBe('T05thread:p1.1;');
    expect(await eip()).not.toBe(before);
    expect(await gdb.ask('s')).toBe('T05thread:p1.1;');
  });

  test('stops at breakpoints of both kinds', async () => {
    const [first] = [await eip()];
    for (const [packet, kind] of [
      ['Z0', 'swbreak'],
      ['Z1', 'hwbreak'],
    ] as const) {
      const address = first.toString(16);
      await gdb.ask(`P${numberOf('eip')}=${hexDigits(Uint8Array.of(first, first >> 8, first >> 16, first >> 24))}`);
      expect(await gdb.ask(`${packet},${address},1`)).toBe('OK');
      expect(await gdb.ask('vCont;c')).toBe(`T05thread:p1.1;${kind}:;`);
      expect(await eip()).toBe(first);
      expect(await gdb.ask(`z${packet.slice(1)},${address},1`)).toBe('OK');
    }
    expect(await gdb.ask('z0,1,1')).toBe('E22');
    expect(await gdb.ask('Z7,1,1')).toBe('');
  });

  test('is interrupted by Ctrl-C, and the machine is at its prompt', async () => {
    await gdb.send('c');
    await machine.serial.expect(/demo> $/);
    gdb.write('\x03');
    expect(await gdb.packet()).toBe('T02thread:p1.1;');
    expect(machine.state).toBe('paused');
  });

  test('stops at stores to what is watched', async () => {
    // The stack of whatever runs.
    const esp = Number(numberFromHex(await gdb.ask(`p${numberOf('esp')}`)));
    const address = (esp - 4).toString(16);
    expect(await gdb.ask(`Z2,${address},4`)).toBe('OK');
    await gdb.send('c');
    machine.serial.write('bench 1\r');
    expect(await gdb.packet()).toBe(`T05thread:p1.1;watch:${address};`);
    expect(await gdb.ask(`z2,${address},4`)).toBe('OK');
    expect(await gdb.ask('Z2,0,ffffffff')).toBe('E22');
  });

  test('is told when somebody else stops the machine', async () => {
    const running = new Promise((resolve) => machine.once('running', resolve));
    await gdb.send('c');
    await running;
    await machine.pause();
    expect(await gdb.packet()).toBe('T02thread:p1.1;');
  });

  test('goes on after a detach, for the next gdb too', async () => {
    expect(await gdb.ask('D;1')).toBe('OK');
    expect(machine.state).toBe('running');
    using next = await connect();
    gdb[Symbol.dispose]();
    expect(await next.ask('?')).toBe('T05thread:1;');
    expect(machine.state).toBe('paused');
    expect(await next.ask('D')).toBe('OK');
  });
});

test("gdb's monitor command is the human monitor", async () => {
  await gdb.send(`qRcmd,${hexDigits(Buffer.from('info status'))}`);
  expect(await gdb.packet()).toBe(`O${hexDigits(Buffer.from('VM status: paused\n'))}`);
  expect(await gdb.packet()).toBe('OK');
});

test('without acknowledgements nothing is acknowledged', async () => {
  expect(await gdb.ask('QStartNoAckMode')).toBe('OK');
  gdb.acknowledges = false;
  expect(await gdb.ask('qC')).toBe('QCp1.1');
});

test('what came damaged is asked for again, and an answer is sent again', async () => {
  gdb.write('$qC#00');
  expect(await gdb.next()).toBe('again');
  expect(await gdb.ask('qC')).toBe('QCp1.1');
  gdb.write('-');
  expect(await gdb.packet()).toBe('QCp1.1');
});

test('a kill ends the machine', async () => {
  const other = await Machine.create({ memory: 16, boot: { demo: true } });
  await using own = await listenForGdb(other, { host: '127.0.0.1', port: 0 });
  using client = await GdbClient.connect(own.address as { host: string; port: number });
  expect(await client.ask('vKill;1')).toBe('OK');
  expect((await other.exited).reason).toBe('stopped');
  expect(await client.ask('g')).toBe('E01');
});

test('gdb can attach at one place: who names another one, or none, ends the one before', async () => {
  await using other = await Machine.create({ memory: 16, boot: { demo: true } });
  const first = await listenForGdb(other, { host: '127.0.0.1', port: 0 });
  const second = await listenForGdb(other, { host: '127.0.0.1', port: 0 });
  const connect = ({ address }: SessionServer) => GdbClient.connect(address as { host: string; port: number });
  await expect(connect(first)).rejects.toThrow('ECONNREFUSED');
  {
    using client = await connect(second);
    expect(await client.ask('qC')).toBe('QC1');
  }
  expect(await openMonitor(other).execute('gdbserver none')).toBe('Disabled gdbserver\n');
  await expect(connect(second)).rejects.toThrow('ECONNREFUSED');
});

test('packets wait until the answers before them are taken', async () => {
  const reader = new SlowReader();
  const session = new GdbSession(machine, { execute: async () => '', quit: () => {} }, reader.write);
  const answered = session.receive(Buffer.from('$m0,100#5a'.repeat(3)));
  for (let n = 0; n < 6; n++) {
    await expect.poll(() => reader.waiting).toBe(1);
    expect(reader.take()).toMatch(n % 2 === 0 ? '+' : /^\$[0-9a-f]{512}#/);
  }
  await answered;
  await session.close();
});
