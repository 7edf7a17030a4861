/** Has the browser remember a choice of its user's, or forget it. A page may have no place for it, as with cookies forbidden. */
export function remember(name: string, isOn: boolean): void {
  try {
    if (isOn) localStorage.setItem(name, 'on');
    else localStorage.removeItem(name);
  } catch {}
}

export function isRemembered(name: string): boolean {
  try {
    return localStorage.getItem(name) !== null;
  } catch {
    return false;
  }
}
