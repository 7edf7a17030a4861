/** The library and the element together: what the bundle for pages has (scripts/page-bundle.ts). */
export * from './element.ts';
export * from './index.ts';
