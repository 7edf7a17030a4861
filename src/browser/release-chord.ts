/** Finds out that Ctrl and Alt were pressed together, and no other key: all others are the guest's. */
export class ReleaseChord {
  /** Ctrl and Alt are down and nothing else was pressed since. */
  #isPossible = false;

  /** A key goes down. */
  press(event: KeyboardEvent): void {
    this.#isPossible = isModifier(event) && event.ctrlKey && event.altKey;
  }

  /** A key goes up; whether it ends the chord. */
  letGo(event: KeyboardEvent): boolean {
    const ends = this.#isPossible && isModifier(event);
    this.#isPossible = false;
    return ends;
  }
}

function isModifier({ key }: KeyboardEvent): boolean {
  return key === 'Control' || key === 'Alt';
}
