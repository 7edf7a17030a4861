/** The Keyboard Lock API, which TypeScript does not know, nor each browser. */
interface LockableKeyboard {
  lock(): Promise<void>;
  unlock(): void;
}

/**
 * Gives an element's keys to the machine while the element fills the screen: there is nothing else to type into. Where the browser
 * allows it these are all keys, such as Escape, which would lead out of the full screen, and Ctrl-W. It is left by holding Escape
 * then. Who has given the keyboard back (Ctrl and Alt together) has the browser's own keys again.
 */
export function takeKeysInFullScreen(element: HTMLElement, keyTarget: HTMLElement): void {
  let isLocked = false;
  const lock = () => {
    const keyboard = element.matches(':fullscreen') ? allKeys() : undefined;
    if (!keyboard || isLocked) return;
    isLocked = true;
    // Without it the other keys go to the machine all the same.
    keyboard.lock().catch(() => {});
  };
  const unlock = () => {
    // The page may have locked it itself.
    if (isLocked) allKeys()?.unlock();
    isLocked = false;
  };
  element.addEventListener('fullscreenchange', ({ target }) => {
    if (target !== element) return;
    if (!element.matches(':fullscreen')) return unlock();
    keyTarget.focus({ preventScroll: true });
    lock();
  });
  keyTarget.addEventListener('focus', lock);
  keyTarget.addEventListener('blur', unlock);
}

/** Browsers have it in secure contexts only. */
function allKeys(): LockableKeyboard | undefined {
  return (navigator as { readonly keyboard?: LockableKeyboard }).keyboard;
}
