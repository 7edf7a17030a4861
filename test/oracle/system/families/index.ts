import type { Family } from '../snippet.ts';
import { calls, interruptedCalls } from './calls.ts';
import { anyCode, code } from './code.ts';
import { breakpoints, steps } from './debug.ts';
import { devices, interrupts } from './devices.ts';
import { extendedLevels, levels } from './levels.ts';
import { largePages, modes, refusedModes } from './modes.ts';
import { pageLoops, stalePageLoops } from './page-loops.ts';
import { pages, stalePages } from './pages.ts';
import { limits, segments } from './segments.ts';
import { interruptedShortCalls, shortCalls } from './short-calls.ts';
import { badTasks, tasks } from './tasks.ts';
import { units } from './units.ts';

/** Programs that QEMU runs as the manual says. */
export const judged: Family = {
  ...code,
  ...pages,
  ...largePages,
  ...modes,
  ...segments,
  ...levels,
  ...tasks,
  ...steps,
  ...interrupts,
  ...pageLoops,
  ...calls,
  ...shortCalls,
};

/**
 * Programs that it runs in another way, or that the manual leaves open:limits and types of segments, PG without PE, VME,
 * breakpoints and shadows of the trap flag (test/oracle/protection/disagreements.ts has the sections), tasks with bad segments
 * (their faults belong to the new task), entries of the TLB that should have been flushed, string instructions that write
 * themselves (QEMU fetches them again when they are done), LOCK where it is not allowed, stacks that end, exceptions of the x87
 * unit and of SSE, and devices.
 */
export const unjudged: Family = {
  ...anyCode,
  ...stalePages,
  ...limits,
  ...extendedLevels,
  ...refusedModes,
  ...badTasks,
  ...breakpoints,
  ...units,
  ...devices,
  ...stalePageLoops,
  ...interruptedCalls,
  ...interruptedShortCalls,
};
