import { Tlb } from '../../runtime/memory/tlb.ts';
import type { MicroTask } from './task.ts';

/** As many pages as a small process touches between two switches. */
const PAGES = 256;

/** The cost of the software TLB's own operations; the ways that lead to them are in the guests' tasks. */
export function tlbTasks(): MicroTask[] {
  const tlb = new Tlb(64 << 20);
  const arrays = [tlb.readSupervisor, tlb.writeSupervisor, tlb.readUser, tlb.writeUser];
  const fill = () => {
    for (let page = 0; page < PAGES; page++) tlb.enter(page, page + 1, 0, arrays);
  };
  const timed = (name: string, before: () => void, run: () => void): MicroTask => ({
    name,
    unit: 'page',
    units: PAGES,
    run() {
      before();
      const start = performance.now();
      run();
      return performance.now() - start;
    },
  });
  return [
    timed('TLB fill', () => tlb.flushAll(), fill),
    timed('TLB flush', fill, () => tlb.flushNonGlobal()),
    timed('TLB flush page by page', fill, () => {
      for (let page = 0; page < PAGES; page++) tlb.flushPage(page);
    }),
  ];
}
