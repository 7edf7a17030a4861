import { cpuLayout, modelRegisterComponent, stateComponent } from '../../../runtime/cpu/component.ts';
import type { Component } from '../../../runtime/snapshot/describe.ts';
import { Double, STATE_BYTES, WORD_COUNT } from '../../../translator/abi/state.ts';
import { hex } from '../../../translator/emit/names.ts';
import type { LockstepMachine } from './machine.ts';

/** Words that engines may leave different although they mean the same; images made of them are compared. */
const free = new Set(['flagResult', 'flagCarries', 'fpuConditions', 'fpuRounding']);
const derived = cpuLayout.filter(({ name, sort }) => sort === 'derived' && !free.has(name));

/** Differences of the CPUs' states, of what is derived in them too. */
export function compareStates(left: Int32Array, right: Int32Array): string[] {
  const seen = stateComponent(left).compare(stateComponent(right).save());
  const differences = seen.map(({ path, left: a, right: b }) => `${path} ${a} ${b}`);
  for (const { name, word, count } of derived) {
    const [a, b] = [left, right].map((words) => words.subarray(word, word + count).join(' '));
    if (a !== b) differences.push(`${name} ${a} ${b}`);
  }
  return [...differences, ...compareSpans(left, right)];
}

/** The doubles behind the words: limits of segments. */
function compareSpans(left: Int32Array, right: Int32Array): string[] {
  const spans = (state: Int32Array): Float64Array => new Float64Array(state.buffer, 0, STATE_BYTES / 8);
  const [a, b] = [spans(left), spans(right)];
  const differences: string[] = [];
  for (let n = WORD_COUNT / 2; n < Double.fpuHigh; n++)
    if (a[n] !== b[n]) differences.push(`span ${n} ${a[n]} ${b[n]}`);
  return differences;
}

/** All of a machine besides CPU and memory. */
export function componentsOf({ core }: LockstepMachine): readonly Component[] {
  return [...core.pc.components, core.events.component, modelRegisterComponent(core.cpu)];
}

/** Differences of devices and timers. */
export function compareDevices(left: LockstepMachine, right: LockstepMachine): string[] {
  const others = componentsOf(right);
  const devices = componentsOf(left).flatMap((component, n) => component.compare(others[n]!.save()));
  const lines = devices.map(({ path, left: a, right: b }) => `${path} ${a} ${b}`);
  const [a, b] = [left.core.clock.now(), right.core.clock.now()];
  return a === b ? lines : [...lines, `clock ${a} ${b}`];
}

const PAGE = 4096;
const SHOWN = 8;

/** First words of memory that differ. */
function compareMemory(left: LockstepMachine, right: LockstepMachine): string[] {
  const [a, b] = [left, right].map(({ core }) => Buffer.from(core.mmu.ram.buffer as ArrayBuffer)) as [Buffer, Buffer];
  if (a.equals(b)) return [];
  const differences: string[] = [];
  for (let page = 0; page < a.length && differences.length < SHOWN; page += PAGE) {
    if (a.compare(b, page, page + PAGE, page, page + PAGE) === 0) continue;
    for (let at = page; at < page + PAGE && differences.length < SHOWN; at += 4) {
      const [x, y] = [a.readUInt32LE(at), b.readUInt32LE(at)];
      if (x !== y) differences.push(`memory ${hex(at)}: ${hex(x)} ${hex(y)}`);
    }
  }
  return differences;
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
