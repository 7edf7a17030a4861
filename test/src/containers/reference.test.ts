import { expect, test } from 'vitest';
import { parseReference, referenceText } from '../../../src/containers/reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each([
  ['alpine', 'docker.io/library/alpine:latest'],
  ['alpine:3.20', 'docker.io/library/alpine:3.20'],
  ['user/app', 'docker.io/user/app:latest'],
  ['docker.io/library/alpine', 'docker.io/library/alpine:latest'],
  ['localhost/x', 'localhost/x:latest'],
  ['localhost:5000/a/b_c/d--e:V1.2', 'localhost:5000/a/b_c/d--e:V1.2'],
  ['registry.example/x:1', 'registry.example/x:1'],
  [`registry.example/x:1@${digest}`, `registry.example/x@${digest}`],
])('%s is %s in full', (text, full) => {
  expect(referenceText(parseReference(text))).toBe(full);
});

test.each([
  ['', 'no part'],
  ['Alpine', 'no part'],
  ['a//b', 'no part'],
  ['a/../b', 'no part'],
  ['a:', 'no tag'],
  ['a:-x', 'no tag'],
  ['a@sha256:12', '64 hexadecimal digits'],
  [`a@${digest}@${digest}`, 'more than one @'],
  ['ho st:5000/x', 'no host'],
  ['localhost:65536/x', 'no host'],
  [`x/${'a'.repeat(300)}`, 'too long'],
])('%s is refused', (text, why) => {
  expect(() => parseReference(text)).toThrow(why);
});
