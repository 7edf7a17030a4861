import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { CommandContext } from './command.ts';

type State = { readonly [name: string]: Saved };

/** The interrupt controllers, as QEMU's `info pic` shows them. */
export async function infoPic({ machine }: CommandContext): Promise<string> {
  const ioApic = await machine.examine('stateOf', 'io apic');
  const { master, slave } = (await machine.examine('stateOf', 'pic')) as unknown as Record<'master' | 'slave', State>;
  return (ioApic ? formatIoApic(ioApic as State) : '') + formatPic(1, slave) + formatPic(0, master);
}

const hexadecimal = (value: unknown, digits = 2): string => Number(value).toString(16).padStart(digits, '0');

/** Names are those of QEMU: `hprio` is the input of the highest priority, `rr_sel` what is read. */
function formatPic(number: number, state: State): string {
  const fields = {
    irr: hexadecimal(state.requests),
    imr: hexadecimal(state.mask),
    isr: hexadecimal(state.inService),
    hprio: (Number(state.lowest) + 1) & 7,
    irq_base: hexadecimal(state.vectorBase),
    rr_sel: Number(state.readInService),
    elcr: hexadecimal(state.levelTriggered),
    fnm: Number(state.specialFullyNested),
  };
  const text = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return `pic${number}: ${text.join(' ')}\n`;
}

/** Bits of a redirection entry (82093AA data sheet, 3.2.4). */
const Entry = { logical: 1 << 11, activeLow: 1 << 13, remote: 1 << 14, level: 1 << 15, masked: 1 << 16 } as const;
const REDIRECTION = 0x10;
const modes = ['fixed', 'lowest', 'SMI', '...', 'NMI', 'INIT', '...', 'extINT'];

function formatIoApic({ select, id, low, high, levels }: State): string {
  const entries = (low as readonly number[]).map((word, n) => [word, (high as readonly number[])[n]] as const);
  const selected = Number(select) >= REDIRECTION ? ` (redir[${(Number(select) - REDIRECTION) >> 1}])` : '';
  const requested = entries.flatMap((_, n) => ((Number(levels) >>> n) & 1 ? [n] : []));
  const remote = entries.flatMap(([word], n) => (word & Entry.remote ? [n] : []));
  return [
    `ioapic0: ver=0x20 id=0x${hexadecimal(id)} sel=0x${hexadecimal(select)}${selected}`,
    ...entries.map(([word, above], n) => formatEntry(n, word, above)),
    `  ${'IRR'.padEnd(8)} ${listed(requested)}`,
    `  Remote IRR ${listed(remote)}`,
    '',
  ].join('\n');
}

function listed(inputs: readonly number[]): string {
  return inputs.length === 0 ? '(none)' : inputs.join(' ');
}

function formatEntry(pin: number, low: number, high: number): string {
  const isLogical = (low & Entry.logical) !== 0;
  const destination = ((high >>> 24) & (isLogical ? 0xff : 0xf)).toString(16);
  return [
    `  pin ${String(pin).padEnd(2)} 0x${hexadecimal(high, 8)}${hexadecimal(low, 8)}`,
    `dest=${destination} vec=${String(low & 0xff).padEnd(3)}`,
    low & Entry.activeLow ? 'active-lo' : 'active-hi',
    (low & Entry.level ? 'level' : 'edge').padEnd(5),
    (low & Entry.masked ? 'masked' : '').padEnd(6),
    modes[(low >>> 8) & 7].padEnd(6),
    isLogical ? 'logical' : 'physical',
  ].join(' ');
}

/** How often lines have requested interrupts, as QEMU's `info irq` shows it. */
export async function infoIrq({ machine }: CommandContext): Promise<string> {
  const counts = await machine.examine('interruptCounts');
  const lines = counts.flatMap((count, irq) => (count > 0 ? [`${String(irq).padStart(2)}: ${count}\n`] : [])).join('');
  const hasIoApic = (await machine.examine('stateOf', 'io apic')) !== undefined;
  const controllers = [...(hasIoApic ? ['ioapic'] : []), 'isa-i8259'];
  return controllers.map((name) => `IRQ statistics for ${name}:\n${lines}`).join('');
}
