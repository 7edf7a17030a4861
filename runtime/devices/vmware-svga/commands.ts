import type { ReportGuestError } from '../../bus/guest-error.ts';
import { type CursorShape, canShow, defineAlpha, defineMasks, maskWords } from './cursor.ts';
import type { CommandFifo } from './fifo.ts';
import { Command } from './registers.ts';
import type { VmwareState } from './state.ts';
import type { Rectangle, Surface } from './surface.ts';

export interface CommandOptions {
  readonly state: VmwareState;
  readonly fifo: CommandFifo;
  readonly surface: Surface;
  readonly guestError: ReportGuestError;
}

/** A command: double words of its arguments that are always there, those that follow them, and what it does. */
interface CommandRow {
  readonly fixed: number;
  readonly more?: (fixed: Uint32Array) => number;
  /** @returns the work it was, in bytes */
  readonly run?: (options: CommandOptions, fixed: Uint32Array, more: Uint32Array) => number;
}

/** Work that is done in one go, in bytes that are drawn: four times the largest picture. A driver may ask for a thousand times as much. */
const MOST_WORK = 64 << 20;
/** Work that a command is beside what it draws. */
const COMMAND_WORK = 64;

const MISPLACED = 'vmware-svga: a rectangle that is not within the picture, its command:';

const rectangle = (x = 0, y = 0, width = 0, height = 0): Rectangle => ({ x, y, width, height });
const shapeOf = ([, hotX = 0, hotY = 0, width = 0, height = 0]: Uint32Array): CursorShape => ({
  hotX,
  hotY,
  width,
  height,
});

function misplaced({ guestError }: CommandOptions, command: number): number {
  guestError(MISPLACED, command);
  return 0;
}

/** Rows by the commands' numbers (svga_reg.h). What the memory looks like is watched, so that nothing need be done for updates. */
const rows: Readonly<Record<number, CommandRow>> = {
  [Command.none]: { fixed: 0 },
  [Command.update]: { fixed: 4 },
  [Command.updateVerbose]: { fixed: 5 },
  [Command.rectangleFill]: {
    fixed: 5,
    run(options, [pixel = 0, ...place]) {
      const target = rectangle(...place);
      if (!options.surface.contains(target)) return misplaced(options, Command.rectangleFill);
      return options.surface.fill(target, pixel);
    },
  },
  [Command.rectangleCopy]: {
    fixed: 6,
    run(options, [fromX = 0, fromY = 0, x, y, width, height]) {
      const { surface } = options;
      const target = rectangle(x, y, width, height);
      const isWithin = surface.contains(target) && surface.contains(rectangle(fromX, fromY, width, height));
      return isWithin ? surface.copy(fromX, fromY, target) : misplaced(options, Command.rectangleCopy);
    },
  },
  [Command.defineCursor]: {
    fixed: 7,
    more: ([, , , width = 0, height = 0, and = 0, xor = 0]) =>
      maskWords(width, height, and) + maskWords(width, height, xor),
    run({ state, guestError }, fixed, more) {
      const [shape, and, xor] = [shapeOf(fixed), fixed[5]!, fixed[6]!];
      if (canShow(shape, and, xor)) defineMasks(state, shape, [and, xor], more);
      else guestError('vmware-svga: a cursor of a size or depth that there is not, its width:', shape.width);
      return 4 * more.length;
    },
  },
  [Command.defineAlphaCursor]: {
    fixed: 5,
    more: ([, , , width = 0, height = 0]) => width * height,
    run({ state, guestError }, fixed, more) {
      const shape = shapeOf(fixed);
      if (canShow(shape)) defineAlpha(state, shape, more);
      else guestError('vmware-svga: a cursor of a size that there is not, its width:', shape.width);
      return 4 * more.length;
    },
  },
  [Command.displayCursor]: {
    fixed: 2,
    run({ state }, [, isShown]) {
      state.cursor.isShown = isShown !== 0;
      return 0;
    },
  },
  [Command.moveCursor]: {
    fixed: 2,
    run({ state: { cursor } }, [x = 0, y = 0]) {
      Object.assign(cursor, { x: x | 0, y: y | 0 });
      return 0;
    },
  },
};

/**
 * Carries out commands that wait, as far as they are there whole, and no more than some work of them.
 * @returns whether more of them wait that can be carried out
 */
export function runCommands(options: CommandOptions): boolean {
  for (let work = 0; work < MOST_WORK; ) {
    const done = runCommand(options);
    if (done < 0) return false;
    work += COMMAND_WORK + done;
  }
  return true;
}

/** @returns the work it was; -1 if no command is there whole */
function runCommand(options: CommandOptions): number {
  const { fifo, guestError } = options;
  const { length } = fifo;
  if (length === 0) return -1;
  const [command = 0] = fifo.peek(1);
  const row = rows[command];
  if (row === undefined) {
    guestError('vmware-svga: a command that there is not:', command);
    fifo.skip(1);
    return 0;
  }
  if (length < 1 + row.fixed) return -1;
  const fixed = fifo.peek(1 + row.fixed).subarray(1);
  const count = 1 + row.fixed + (row.more?.(fixed) ?? 0);
  if (count > fifo.capacity) {
    guestError('vmware-svga: a command that is larger than the memory for commands:', command);
    fifo.skip(1 + row.fixed);
    return 0;
  }
  if (length < count) return -1;
  const more = fifo.peek(count).subarray(1 + row.fixed);
  fifo.skip(count);
  return row.run?.(options, fixed, more) ?? 0;
}
