/** The machines, each with a small screen. */
import { byId, element, megabytes } from './elements.js';
import { ask, machinePath } from './gateway.js';

/** Milliseconds between two pictures of a screen. */
const PICTURES = 2000;

/** A machine on the page. */
class Card {
  #picture = element('img', { alt: '' });
  #note = element('span');
  #state = element('span', { className: 'hint' });
  #facts = element('div', { className: 'hint' });
  #acts = element('div', { className: 'acts' });
  #screen;
  #name;
  #page;
  #shown = '';
  #hasScreen = true;
  #isLooking = false;
  #at = 0;

  /** `page`: `open` shows a machine's console, `act` does something and shows what comes of it; `may` says what the token is for. */
  constructor(name, page) {
    this.#name = name;
    this.#page = page;
    this.#screen = element(
      'button',
      { type: 'button', className: 'screen', onclick: () => page.open(name, this.#hasPicture) },
      this.#note,
    );
    this.#screen.setAttribute('aria-label', `console of ${name}`);
    this.#screen.disabled = !page.may('console');
    const title = element('div', { className: 'row' }, element('b', {}, name), this.#state);
    this.element = element('li', {}, this.#screen, title, this.#facts, this.#acts);
  }

  get #hasPicture() {
    return this.#hasScreen && this.#at > 0;
  }

  update({ state, image, memory, host, problem }) {
    const key = [state, image, memory, host, problem].join('\n');
    if (key !== this.#shown) {
      this.#shown = key;
      this.#state.textContent = state;
      this.#facts.textContent = [image, megabytes(memory), host, state === 'running' ? '' : problem]
        .filter(Boolean)
        .join(' · ');
      if (this.#page.may('machines')) this.#acts.replaceChildren(...this.#buttons(state));
    }
    if (state !== 'running') this.#note.textContent = state;
    this.#screen.replaceChildren(state === 'running' && this.#hasPicture ? this.#picture : this.#note);
    if (state === 'running') void this.#look();
  }

  #buttons(state) {
    const act = (label, action) =>
      element('button', {
        type: 'button',
        textContent: label,
        onclick: () => this.#page.act(() => ask('POST', machinePath(this.#name, `/${action}`))),
      });
    const isAway = ['suspended', 'lost', 'ended'].includes(state);
    const stop = act('Stop', 'stop');
    stop.onclick = () => {
      if (confirm(`Stop ${this.#name}, and remove it?`))
        this.#page.act(() => ask('POST', machinePath(this.#name, '/stop')));
    };
    return [isAway ? act('Resume', 'resume') : act('Suspend', 'suspend'), stop];
  }

  /** Gets another picture, if it can be seen. */
  async #look() {
    if (!this.#hasScreen) this.#note.textContent = 'no display';
    const isTime = performance.now() - this.#at >= PICTURES || this.#at === 0;
    if (this.#isLooking || !this.#hasScreen || !isTime || document.hidden || !isSeen(this.#screen)) return;
    this.#isLooking = true;
    try {
      const answer = await fetch(machinePath(this.#name, '/screen.png'));
      if (answer.status === 409 && /no display/.test(await answer.clone().text())) this.#hasScreen = false;
      if (!answer.ok) return;
      const address = URL.createObjectURL(await answer.blob());
      this.#picture.src = address;
      await this.#picture.decode().catch(() => {});
      URL.revokeObjectURL(address);
      this.#at = performance.now();
    } finally {
      this.#isLooking = false;
    }
  }
}

function isSeen(shown) {
  const { top, bottom } = shown.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** The list of machines. */
export class MachineList {
  #cards = new Map();
  #page;

  constructor(page) {
    this.#page = page;
  }

  update(machines) {
    const names = new Set(machines.map(({ name }) => name));
    for (const [name, card] of this.#cards) {
      if (names.has(name)) continue;
      card.element.remove();
      this.#cards.delete(name);
    }
    for (const machine of machines) {
      if (!this.#cards.has(machine.name)) this.#cards.set(machine.name, new Card(machine.name, this.#page));
      this.#cards.get(machine.name).update(machine);
    }
    const sorted = machines.map(({ name }) => this.#cards.get(name).element);
    const list = byId('machines');
    if (sorted.some((one, n) => list.children[n] !== one)) list.replaceChildren(...sorted);
    byId('no-machines').hidden = machines.length > 0;
  }
}
