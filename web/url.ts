/** In the place of Node's module `url`, which a package asks for only where there is no global URL. */
export const { URL } = globalThis;
