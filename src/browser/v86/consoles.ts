import { ConfigurationError } from '../../common.ts';
import type { ConsolePort, PageLink } from '../../v86/page.ts';
import type { ConsoleConfig, V86Options } from '../../v86/types.ts';

/** The part of xterm.js that is used. */
interface Terminal {
  open(container: HTMLElement): void;
  onData(take: (text: string) => void): unknown;
  write(bytes: Uint8Array): void;
}

const encoder = new TextEncoder();

/** Text that a key or a paste sends, by `InputEvent.inputType`; others send their own text. */
const sent: Readonly<Record<string, string>> = {
  insertLineBreak: '\r',
  insertParagraph: '\r',
  deleteContentBackward: '\x7f',
};

/**
 * Shows a port in a terminal of xterm.js.
 * @param library its class; undefined: the page's global `Terminal`
 * @throws ConfigurationError if there is none
 */
export function showTerminal(port: ConsolePort, container: HTMLElement, library: unknown, link: PageLink): void {
  const Terminal = library ?? (window as { readonly Terminal?: unknown }).Terminal;
  if (typeof Terminal !== 'function')
    throw new ConfigurationError(`the console ${port} needs xterm.js: give its class Terminal as xterm_lib`);
  const terminal = new (Terminal as new () => Terminal)();
  terminal.open(container);
  terminal.onData((text) => link.send(port, encoder.encode(text)));
  link.onOutput(port, (bytes) => terminal.write(bytes));
}

/** Shows a port in a text area. */
function showTextArea(port: ConsolePort, area: HTMLTextAreaElement, link: PageLink): void {
  const decoder = new TextDecoder();
  link.onOutput(port, (bytes) => {
    for (const character of decoder.decode(bytes, { stream: true }).replaceAll('\r', ''))
      area.value = character === '\b' ? area.value.slice(0, -1) : area.value + character;
    area.scrollTop = area.scrollHeight;
  });
  area.addEventListener('beforeinput', (event) => {
    event.preventDefault();
    const text = sent[event.inputType] ?? event.data ?? event.dataTransfer?.getData('text/plain') ?? '';
    link.send(port, encoder.encode(text.replaceAll('\n', '\r')));
  });
}

/**
 * Shows the consoles that options name.
 * @throws ConfigurationError that names what is missing
 */
export function showConsoles(options: V86Options, link: PageLink): void {
  const { serial_container, serial_container_xtermjs, serial_console, virtio_console } = options;
  // As in v86 the older options come first.
  if (serial_container_xtermjs) showTerminal('serial0', serial_container_xtermjs, serial_console?.xterm_lib, link);
  else if (serial_container) showTextArea('serial0', serial_container as HTMLTextAreaElement, link);
  else if (serial_console) showConsole('serial0', serial_console, link);
  if (typeof virtio_console === 'object') showConsole('virtio-console0', virtio_console, link);
}

function showConsole(port: ConsolePort, { type, container, xterm_lib }: ConsoleConfig, link: PageLink): void {
  if (type === 'none') return;
  if (!container) throw new ConfigurationError(`the console ${port} needs a container`);
  if (type === 'xtermjs') showTerminal(port, container, xterm_lib, link);
  else showTextArea(port, container as HTMLTextAreaElement, link);
}
