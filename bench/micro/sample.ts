import { parseElf } from '../../runtime/firmware/load/elf.ts';
import { debianLinux } from '../../src/node/linux/debian.ts';
import type { Progress } from '../../src/util/progress.ts';
import { Key } from '../../translator/abi/key.ts';
import { type CodeSource, flatSegment } from '../../translator/region/select.ts';

const PAGE = 4096;
const FUNCTIONS = 200;
const CALL = 0xe8;
const CALL_LENGTH = 5;
/** 32-bit code of an ordinary program. */
export const userKey = Key.protected | Key.code32 | Key.stack32 | Key.flat | Key.user;

/** A function of real code: the page it begins in, and its address. */
export interface SampleFunction {
  readonly source: CodeSource;
  readonly entry: number;
}

/**
 * Functions of Debian's busybox, from all over the program: those that some call leads to.
 * @throws if the program can't be had
 */
export async function sampleFunctions(progress: Progress): Promise<SampleFunction[]> {
  const { busybox } = await debianLinux(progress);
  const { entry, segments } = parseElf(busybox);
  const text = segments.find(({ address, bytes }) => entry >= address && entry < address + bytes.length)!;
  const entries = callTargets(text.bytes, text.address);
  const step = Math.max(1, Math.floor(entries.length / FUNCTIONS));
  const chosen = entries.filter((_, n) => n % step === 0).slice(0, FUNCTIONS);
  return chosen.map((eip) => {
    const page = eip - (eip % PAGE);
    return {
      source: { code: text.bytes, start: page - text.address, eip: page, key: userKey, segment: flatSegment },
      entry: eip,
    };
  });
}

/** Addresses that bytes which look like calls lead to, within the code: at least two, so that few are no calls. */
function callTargets(code: Uint8Array, address: number): number[] {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const callers = new Map<number, number>();
  for (let at = 0; at + CALL_LENGTH < code.length - PAGE; at++) {
    if (code[at] !== CALL) continue;
    const target = at + CALL_LENGTH + view.getInt32(at + 1, true);
    if (target >= 0 && target < code.length - PAGE) callers.set(target, (callers.get(target) ?? 0) + 1);
  }
  const targets = [...callers].filter(([, count]) => count > 1).map(([target]) => address + target);
  return targets.sort((a, b) => a - b);
}
