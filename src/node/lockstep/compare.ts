import { cpuLayout, stateComponent } from '../../../runtime/cpu/component.ts';
import { memoryComponent } from '../../../runtime/memory/component.ts';
import { compareComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import type { Difference } from '../../../runtime/snapshot/describe.ts';
import { Double, STATE_BYTES, WORD_COUNT } from '../../../translator/abi/state.ts';
import type { LockstepMachine } from './machine.ts';

/** Words that engines may leave different although they mean the same; images made of them are compared. */
const free = new Set(['flagResult', 'flagCarries', 'fpuConditions', 'fpuRounding', 'shadowedEip']);
const derived = cpuLayout.filter(({ name, sort }) => sort === 'derived' && !free.has(name));

/** Differences of the CPUs' states, of what is derived in them too. */
export function compareStates(left: Int32Array, right: Int32Array): string[] {
  const seen = stateComponent(left).compare(stateComponent(right).save());
  const differences = shown(seen);
  for (const { name, word, count } of derived) {
    const [a, b] = [left, right].map((words) => words.subarray(word, word + count).join(' '));
    if (a !== b) differences.push(`${name} ${a} ${b}`);
  }
  return [...differences, ...compareSpans(left, right)];
}

/** The doubles after the words: limits of segments. */
function compareSpans(left: Int32Array, right: Int32Array): string[] {
  const spans = (state: Int32Array): Float64Array => new Float64Array(state.buffer, 0, STATE_BYTES / 8);
  const [a, b] = [spans(left), spans(right)];
  const differences: string[] = [];
  for (let n = WORD_COUNT / 2; n < Double.fpuHigh; n++)
    if (a[n] !== b[n]) differences.push(`span ${n} ${a[n]} ${b[n]}`);
  return differences;
}

/** Differences of everything besides CPU and memory. */
export function compareDevices(left: LockstepMachine, right: LockstepMachine): string[] {
  const components = left.core.components.filter(({ name }) => name !== 'cpu' && name !== 'memory');
  const others = right.core.components.filter(({ name }) => name !== 'cpu' && name !== 'memory');
  return shown(compareComponents(components, saveComponents(others)));
}

/** Words of memory that differ, the first of a page each. */
function compareMemory(left: LockstepMachine, right: LockstepMachine): string[] {
  const [a, b] = [left, right].map(({ core: { mmu } }) =>
    Buffer.from(mmu.ram.buffer as ArrayBuffer, mmu.ram.bytes.byteOffset, mmu.ram.bytes.length),
  ) as [Buffer, Buffer];
  if (a.equals(b)) return [];
  return shown(memoryComponent(left.core.mmu.ram).compare(right.core.mmu.ram.bytes));
}

function shown(differences: readonly Difference[]): string[] {
  return differences.map(({ path, left, right }) => `${path} ${left} ${right}`);
}

/** All differences, memory included. */
export function compareAll(left: LockstepMachine, right: LockstepMachine): string[] {
  const output = left.output === right.output ? [] : ['serial output'];
  return [
    ...compareStates(left.core.state, right.core.state),
    ...compareDevices(left, right),
    ...output,
    ...compareMemory(left, right),
  ];
}
