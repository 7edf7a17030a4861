import { type Boot, ConfigurationError } from '../../index.ts';
import { type Backend, namedBackend } from '../backends/backend.ts';
import type { Settings } from '../settings.ts';

/** Whether standard input and output are a terminal. */
export interface TerminalState {
  readonly isTerminal: boolean;
}

/**
 * Whether the terminal shows the machine's screen: where the flags say so, or where they say nothing, there is a screen and
 * nothing else is on the terminal.
 * @throws ConfigurationError if there is no screen, or no terminal, to show it
 */
export function showsDisplay(settings: Settings, boot: Boot, { isTerminal }: TerminalState): boolean {
  const { display, nographic, machine } = settings;
  const hasScreen = (machine.vga ?? ('bios' in boot ? 'std' : 'none')) === 'std';
  if (display === 'terminal') check(hasScreen, isTerminal);
  if (display !== undefined) return display === 'terminal';
  return hasScreen && isTerminal && nographic !== true && !usesTerminal(settings);
}

function check(hasScreen: boolean, isTerminal: boolean): void {
  if (!hasScreen)
    throw new ConfigurationError('-display: there is no display adapter; it takes firmware, as with a disk or -bios');
  if (!isTerminal)
    throw new ConfigurationError('-display: standard input and output must be a terminal; give -display none');
}

function usesTerminal({ serials, monitors = [], debugConsole, chardevs }: Settings): boolean {
  const all: readonly Backend[] = [...serials, ...monitors, ...(debugConsole ? [debugConsole] : [])];
  return all.some((backend) => namedBackend(backend, chardevs).type === 'stdio');
}
