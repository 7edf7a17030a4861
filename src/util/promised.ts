/**
 * Calls a function that returns a promise; an error that it throws at once rejects the promise, too. An async function would not
 * do: it has a promise of its own, which is an unhandled rejection where the one that it was given is none.
 */
export function promised<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return act();
  } catch (error) {
    return Promise.reject(error);
  }
}
