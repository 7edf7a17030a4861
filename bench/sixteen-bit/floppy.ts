import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { bootSector, runner, setUp } from './guest/boot.ts';
import { MOST_BYTES } from './guest/layout.ts';
import { monitor, monitorTable } from './guest/monitor.ts';
import { modes as modeChanges, tables } from './guest/protected.ts';
import { callees } from './instructions.ts';
import { type Mode, modes } from './modes.ts';
import { programs } from './programs/index.ts';
import type { SixteenBitWork } from './works.ts';

const SECTOR = 512;
/** Two sides of 80 tracks with 18 sectors. */
const FLOPPY = 2 * 80 * 18 * SECTOR;

/** A work with its rounds on a floppy disk. */
export interface Task {
  readonly work: SixteenBitWork;
  readonly rounds: number;
}

/** Works in the order in which the guest does them, and their rounds, which are `factor` times those of a whole work. */
export function makeTasks(works: readonly SixteenBitWork[], factor: number): Task[] {
  const order = Object.keys(modes);
  return works
    .toSorted((a, b) => order.indexOf(a.mode) - order.indexOf(b.mode))
    .map((work) => ({ work, rounds: Math.max(1, Math.round(work.count * factor)) }));
}

/** The routines and their tables, which end with a 0. */
function worksText(tasks: readonly Task[]): string {
  const routines = tasks.map(({ work }, index) => work.routine(`work_${index}`));
  const table = (mode: Mode) => {
    const entries = tasks.flatMap(({ work, rounds }, index) =>
      work.mode === mode ? [`dw work_${index}\n dd ${rounds}`] : [],
    );
    return `${mode}_works:\n ${[...entries, 'dw 0'].join('\n ')}`;
  };
  return [...routines, ...(Object.keys(modes) as Mode[]).map(table)].join('\n');
}

/** A floppy disk that boots and does these. */
export function makeFloppy(tasks: readonly Task[]): Uint8Array {
  const source = [
    ...[
      bootSector,
      setUp,
      modeChanges,
      runner,
      callees,
      ...programs.map((program) => program.source),
      worksText(tasks),
    ],
    ...[monitor, monitorTable, tables],
  ].join('\n');
  // The number of sectors is known when all is assembled.
  const { length } = assemble(source, { symbols: { SECTORS: 0 } }).bytes;
  if (length > MOST_BYTES) throw new Error(`the guest has ${length} bytes, of ${MOST_BYTES} that there is room for`);
  const image = new Uint8Array(FLOPPY);
  image.set(assemble(source, { symbols: { SECTORS: Math.ceil(length / SECTOR) } }).bytes);
  return image;
}
