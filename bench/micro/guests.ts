import { assemble } from '../../runtime/firmware/assembler/index.ts';
import type { EngineName, MachineConfig } from '../../runtime/machine/config.ts';
import { createMachine } from '../../runtime/machine/create.ts';
import { Word } from '../../translator/abi/state.ts';
import type { MicroTask } from './task.ts';

const TURNS = 2000;
const ORIGIN = 0x100000;
const MEMORY_BYTES = 8 << 20;

/** Bodies of the loops, in assembly: ECX counts the turns, EBX is 0x200000, the other registers are free. */
const bodies: Readonly<Record<string, string>> = {
  'ten additions': 'add eax, edx\n'.repeat(10),
  'load and store': 'mov eax, [ebx]\nadd eax, ecx\nmov [ebx + 4], eax',
  'call and return': 'call near_function',
  'call into another page': 'call far_function',
  'indirect call': 'mov eax, near_function\ncall eax',
  'system register read': 'mov eax, cr0',
  'port read': 'mov dx, 0x61\nin al, dx',
  CLI: 'cli',
  'INVLPG and load': 'invlpg [ebx]\nmov eax, [ebx]',
  'CR3 load': 'mov eax, cr3\nmov cr3, eax',
  'code overwritten': 'mov byte [near_function], 0x90\ncall near_function',
};

function source(body: string): string {
  return `again:
        mov     esp, 0x300000
        mov     ebx, 0x200000
        mov     ecx, ${TURNS}
turn:
        ${body}
        dec     ecx
        jnz     turn
        hlt
        jmp     again
        times   256 nop
near_function:
        nop
        ret
        align   4096
far_function:
        ret
`;
}

/** The cost of single operations in running code, on both engines. */
export function guestTasks(): MicroTask[] {
  return (['interpreter', 'translator'] as const).flatMap((engine) =>
    Object.entries(bodies).map(([name, body]) =>
      guestTask({ engine, name, unit: 'turn', units: TURNS, source: source(body) }),
    ),
  );
}

/** Code that runs from one HLT to the next, and what it does there. */
interface GuestLoop {
  readonly engine: EngineName;
  readonly name: string;
  readonly unit: string;
  readonly units: number;
  /** Assembly, entered at its start. */
  readonly source: string;
}

/** Runs guest code from one HLT to the next. */
export function guestTask({ engine, name, unit, units, source }: GuestLoop): MicroTask {
  const { bytes } = assemble(source, { origin: ORIGIN });
  const config: MachineConfig = {
    memoryBytes: MEMORY_BYTES,
    engine,
    boot: { flat: bytes, address: ORIGIN, mode: 'flat32' },
    rebootAction: 'exit',
    startTimeOfDay: 0,
  };
  let machine: ReturnType<typeof createMachine> | undefined;
  return {
    name: `${engine}: ${name}`,
    unit,
    units,
    run() {
      machine ??= createMachine(config, {
        nanoseconds: () => performance.now() * 1e6,
        send: () => {},
        log: () => {},
      });
      machine.state[Word.halted] = 0;
      const { reason } = machine.run(Infinity);
      if (reason !== 'halted') throw new Error(`the guest ended: ${reason}`);
      return undefined;
    },
    dispose() {
      machine?.dispose();
      machine = undefined;
    },
  };
}
