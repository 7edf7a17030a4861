import { type Machine, openChannel } from '../src/browser/index.ts';
import { byId } from './elements.ts';

/** Which way a machine moves: from this page, or to it. */
export type Direction = 'away' | 'here';

/** Texts of the dialog. The other process gets the same place. */
const texts: Readonly<Record<Direction, { title: string; button: string; hint: (place: string) => string }>> = {
  away: {
    title: 'Move the machine',
    button: 'Move',
    hint: (place) => `It goes on in a process that waits for it: npx rawiron -incoming ws:${place}`,
  },
  here: {
    title: 'Fetch a running machine',
    button: 'Fetch',
    hint: (place) => `Where it runs, type in the monitor (Ctrl-A c): migrate -d ws:${place}`,
  },
};

/** Asks for the address of the other process; null: nobody wants to. */
export async function askForAddress(direction: Direction): Promise<string | null> {
  const dialog = byId('move-dialog', HTMLDialogElement);
  const address = byId('move-address', HTMLInputElement);
  const { title, button, hint } = texts[direction];
  const show = () => {
    byId('move-hint', HTMLElement).textContent = hint(address.value.replace(/^\w+:\/\//, ''));
  };
  byId('move-title', HTMLElement).textContent = title;
  byId('move-now', HTMLButtonElement).textContent = button;
  address.oninput = show;
  show();
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return dialog.returnValue === 'move' ? address.value : null;
}

/**
 * Sends a machine away, and ends what is left of it here.
 * @param say hears how far it is
 * @throws ConfigurationError if it has not gone: it goes on here then, unless the error says otherwise
 */
export async function sendAway(machine: Machine, url: string, say: (text: string) => void): Promise<void> {
  const { migration } = machine;
  const tell = (pass: number) => say(`Moving: sending memory${pass > 1 ? `, for the ${pass}. time` : ''}…`);
  migration.on('pass', tell);
  try {
    await migration.send((cancelled) => openChannel(url, cancelled));
  } finally {
    migration.off('pass', tell);
  }
  await machine.stop();
  say(`The machine has gone to ${url}.`);
}
