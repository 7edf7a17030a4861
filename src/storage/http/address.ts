/** Whether a name is an address of a web server. */
export function isHttp(name: string): boolean {
  return /^https?:\/\//i.test(name);
}
