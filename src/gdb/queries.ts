import { hexDigits } from '../util/bytes.ts';
import { targetDescription } from './description.ts';
import { fromHex } from './hex.ts';
import type { Space } from './memory.ts';
import { escapeData, PACKET_BYTES } from './packets.ts';
import type { GdbConsole, GdbFeatures } from './target.ts';
import { processorOf, threadName } from './threads.ts';

/** The part of a session that queries read and change. */
export interface QueryContext {
  /** The machine can go back. */
  readonly goesBack: boolean;
  readonly console: GdbConsole;
  readonly processors: number;
  /** The processor that packets are about. */
  readonly general: number;
  features: GdbFeatures;
  space: Space;
  acknowledges: boolean;
  /** Sends a packet before the answer. */
  send(data: string): void;
}

type Query = (context: QueryContext, data: string) => string | Promise<string>;

/** As in QEMU: a step is always one instruction, without interrupts and without time for timers. */
const STEP_BITS = 'ENABLE=1,NOIRQ=2,NOTIMER=4';
const STEP_MODE = 7;
const INVALID = 'E22';
/** Characters of a monitor's answer in a packet: two digits each. */
const CHUNK = PACKET_BYTES / 4;

const supported = [
  `PacketSize=${PACKET_BYTES.toString(16)}`,
  ...['qXfer:features:read+', 'vContSupported+', 'multiprocess+', 'swbreak+', 'hwbreak+', 'QStartNoAckMode+'],
].join(';');

/** Queries by what they begin with; the data are what comes after it. */
const queries: readonly (readonly [string, Query])[] = [
  ['qSupported', support],
  ['QStartNoAckMode', startWithoutAcknowledgement],
  ['qXfer:features:read:', (_, data) => readDescription(data)],
  ['qRcmd,', runCommand],
  ['qAttached', () => '1'],
  ['qC', ({ general, features }) => `QC${threadName(general, features)}`],
  ['qfThreadInfo', (context) => `m${threadNames(context)}`],
  ['qsThreadInfo', () => 'l'],
  ['qThreadExtraInfo,', describeThread],
  ['qqemu.sstepbits', () => STEP_BITS],
  ['qqemu.sstep', () => `0x${STEP_MODE.toString(16)}`],
  ['Qqemu.sstep=', (_, data) => (Number.parseInt(data, 16) === STEP_MODE ? 'OK' : INVALID)],
  ['qqemu.PhyMemMode', ({ space }) => (space === 'physical' ? '1' : '0')],
  ['Qqemu.PhyMemMode:', chooseSpace],
];

/** Answers a `q` or `Q` packet; empty: it is not understood. */
export async function answerQuery(context: QueryContext, packet: string): Promise<string> {
  const found = queries.find(([name]) => packet.startsWith(name));
  return found ? found[1](context, packet.slice(found[0].length)) : '';
}

function support(context: QueryContext, data: string): string {
  const theirs = data.slice(1).split(';');
  context.features = { multiprocess: theirs.includes('multiprocess+'), stopKinds: theirs.includes('swbreak+') };
  return context.goesBack ? `${supported};ReverseStep+;ReverseContinue+` : supported;
}

function threadNames({ processors, features }: QueryContext): string {
  return Array.from({ length: processors }, (_, n) => threadName(n, features)).join(',');
}

/** The description of a thread that gdb shows besides its name. */
function describeThread({ processors }: QueryContext, name: string): string {
  const processor = processorOf(name, processors);
  if (processor === null) return INVALID;
  return hexDigits(new TextEncoder().encode(`CPU#${processor === 'any' ? 0 : processor}`));
}

/** This answer is acknowledged still. */
function startWithoutAcknowledgement(context: QueryContext): string {
  context.acknowledges = false;
  return 'OK';
}

/** `target.xml:offset,length`: a part of it, with `m` if more comes after it and `l` if not. */
function readDescription(data: string): string {
  const [, annex, offset = '', length = ''] = /^([^:]*):([\da-f]+),([\da-f]+)$/i.exec(data) ?? [];
  if (annex !== 'target.xml') return 'E00';
  const start = Number.parseInt(offset, 16);
  const end = start + Math.min(Number.parseInt(length, 16), PACKET_BYTES / 2);
  return `${end < targetDescription.length ? 'm' : 'l'}${escapeData(targetDescription.slice(start, end))}`;
}

/** `monitor …` in gdb. */
async function runCommand(context: QueryContext, data: string): Promise<string> {
  const line = fromHex(data);
  if (line === null) return INVALID;
  const text = new TextEncoder().encode(await context.console.execute(new TextDecoder().decode(line)));
  for (let at = 0; at < text.length; at += CHUNK) context.send(`O${hexDigits(text.subarray(at, at + CHUNK))}`);
  return 'OK';
}

function chooseSpace(context: QueryContext, data: string): string {
  if (data !== '0' && data !== '1') return INVALID;
  context.space = data === '1' ? 'physical' : 'linear';
  return 'OK';
}
