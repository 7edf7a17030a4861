import { parseArgs } from 'node:util';
import { defaultTiering, type Target } from '../../runtime/exec/tiering.ts';
import { debianLinux } from '../../src/node/linux/debian.ts';
import { differenceText } from '../../src/node/lockstep/narrow.ts';
import { runLockstep } from '../../src/node/lockstep/run.ts';
import { LinuxMachine } from './lockstep-linux/machine.ts';
import { type Count, parseOrExplain, UsageError } from './settings.ts';

const usage =
  'usage: oracle lockstep-linux [--instructions N] [--threshold N] [--check] [--target NAME] [--step N] [--command TEXT]...';

/** What the shell is given if nothing else is asked for. */
const defaultCommands = [
  'uname -a; cat /proc/cpuinfo | grep -c model',
  'i=0; while [ $i -lt 30 ]; do echo $i | sed s/1/x/ > /tmp/f$i; i=$((i+1)); done; ls /tmp | wc -l',
  'dd if=/dev/zero bs=64k count=16 2>/dev/null | md5sum',
  'gzip -c /bin/busybox | gunzip -c | md5sum; md5sum < /bin/busybox',
  'awk "BEGIN { for (n = 1; n < 3000; n++) x += 1 / n; print x }"',
];

interface Settings {
  readonly instructions: number;
  readonly step: number;
  readonly threshold: number;
  readonly check: boolean;
  readonly target: Target;
  readonly commands: string[];
}

/** What the arguments ask for. Throws UsageError. */
export function parse(args: readonly string[]): () => Promise<Count> {
  const settings = parseSettings(args);
  return () => run(settings);
}

function parseSettings(args: readonly string[]): Settings {
  const { values } = parseOrExplain(
    () =>
      parseArgs({
        args: [...args],
        options: {
          instructions: { type: 'string', default: '2e9' },
          step: { type: 'string', default: '1e5' },
          threshold: { type: 'string', default: String(defaultTiering.threshold) },
          check: { type: 'boolean', default: false },
          target: { type: 'string', default: 'javascript' },
          command: { type: 'string', multiple: true, default: defaultCommands },
        },
      }),
    usage,
  );
  const [instructions, step, threshold] = [values.instructions, values.step, values.threshold].map(Number);
  if (![instructions, step, threshold].every((value) => value! > 0)) throw new UsageError(usage);
  return {
    instructions: instructions!,
    step: step!,
    threshold: threshold!,
    check: values.check,
    target: values.target === 'wasm' ? 'wasm' : 'javascript',
    commands: values.command,
  };
}

/**
 * Boots Linux on the interpreter and on the translator side by side, and compares them again and again. At the first
 * difference it goes back to where they last agreed, and finds the instruction.
 */
async function run(options: Settings): Promise<Count> {
  const linux = await debianLinux();
  const { threshold, check, target } = options;
  const machines = [
    new LinuxMachine(linux, { engine: 'interpreter' }, options.commands),
    new LinuxMachine(linux, { engine: 'translator', tiering: { threshold, target }, check }, options.commands),
  ] as const;
  const result = compareRuns(machines, options);
  for (const machine of machines) machine.core.dispose();
  return result;
}

function compareRuns(machines: readonly [LinuxMachine, LinuxMachine], options: Settings): Count {
  const between = () => machines.every((machine) => machine.type());
  const { passed, found } = runLockstep(machines, { ...options, between });
  if (found) {
    console.log(`after ${found.after} instructions:\n${found.differences.join('\n')}`);
    const names = machines.map(({ name }) => name);
    const { narrowed } = found;
    console.log(narrowed ? differenceText(narrowed, names) : 'the difference does not come again');
    return { passed, failed: 1 };
  }
  report(machines);
  return { passed, failed: 0 };
}

function report(machines: readonly LinuxMachine[]): void {
  console.log(machines[0]!.output);
  for (const machine of machines) {
    const ended = machine.ended ? `, ended by ${machine.ended}` : '';
    console.log(`${machine.name}: ${machine.instructions} instructions${ended}`);
  }
}
