import { type Boot, ConfigurationError, type MachineOptions } from '../../index.ts';
import { type Backend, namedBackend } from '../backends/backend.ts';
import type { Settings } from '../settings.ts';

/** Whether the machine has a display adapter, and standard input and output are a terminal. */
export interface DisplayState {
  readonly hasScreen: boolean;
  readonly isTerminal: boolean;
}

/**
 * Whether the terminal shows the machine's screen: where the flags say so, or where they say nothing, there is a screen and
 * nothing else is on the terminal, and no viewers are to see it.
 * @throws ConfigurationError if there is no screen, or no terminal, to show it
 */
export function showsDisplay(settings: Settings, { hasScreen, isTerminal }: DisplayState): boolean {
  const { display, nographic, vnc } = settings;
  if (display === 'terminal') check(hasScreen, isTerminal);
  if (display !== undefined) return display === 'terminal';
  return hasScreen && isTerminal && nographic !== true && !vnc && !usesTerminal(settings);
}

/** The display adapter that the flags ask for: a display of a kernel's screen takes one, and without defaults nothing else does. */
export function adapterOf(
  { display, vnc, nodefaults, machine: { vga } }: Settings,
  boot: Boot,
): Pick<MachineOptions, 'vga'> {
  if (vga !== undefined) return { vga };
  const isShown = display === 'terminal' || !!vnc;
  if (nodefaults && !isShown) return { vga: 'none' };
  return isShown && 'kernel' in boot ? { vga: 'std' } : {};
}

function check(hasScreen: boolean, isTerminal: boolean): void {
  if (!hasScreen)
    throw new ConfigurationError(
      '-display: there is no display adapter; it takes firmware, as with a disk or -bios, and no -vga none',
    );
  if (!isTerminal)
    throw new ConfigurationError('-display: standard input and output must be a terminal; give -display none');
}

function usesTerminal(settings: Settings): boolean {
  const { serials, monitors = [], controls = [], parallels, debugConsole, chardevs } = settings;
  const consoles = [...settings.virtioPorts, ...settings.xenConsoles];
  const others = [...controls, ...parallels, ...consoles, ...(debugConsole ? [debugConsole] : [])];
  const all: readonly Backend[] = [...serials, ...monitors, ...others];
  return all.some((backend) => namedBackend(backend, chardevs).type === 'stdio');
}
