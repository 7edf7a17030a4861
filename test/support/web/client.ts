/** Calls of tests and measurements to any browser, whatever protocol it speaks. */
export interface BrowserClient extends AsyncDisposable {
  readonly version: string;
  /** Opens an address in a new tab, and returns what tells that tab from others. */
  open(url: string): Promise<string>;
  /** The value of an expression of JavaScript, or of the promise that it is: a text. */
  evaluate(tab: string, expression: string): Promise<string>;
  /** Closes a tab. */
  close(tab: string): Promise<void>;
  /** Presses a key and lets it go; its value is a character. */
  press(tab: string, value: string): Promise<void>;
}

/** The client, after whose end something else ends. */
export function endingWith(client: BrowserClient, end: () => Promise<void>): BrowserClient {
  return {
    version: client.version,
    open: (url) => client.open(url),
    evaluate: (tab, expression) => client.evaluate(tab, expression),
    close: (tab) => client.close(tab),
    press: (tab, value) => client.press(tab, value),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]().then(end),
  };
}
