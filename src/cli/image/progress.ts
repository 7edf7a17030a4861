/** Per cent between two lines. */
const STEP = 1;

/** Shows on standard output how much of a disk is done, as `qemu-img -p` does. */
export function progressLine(size: number): { show(done: number): void; end(): void } {
  let next = 0;
  const write = (percent: number): void => {
    process.stdout.write(`    (${percent.toFixed(2)}/100%)\r`);
  };
  return {
    show(done) {
      const percent = (done / size) * 100;
      if (percent < next) return;
      next = percent + STEP;
      write(percent);
    },
    end() {
      write(100);
      process.stdout.write('\n');
    },
  };
}
