import { expect, test } from 'vitest';
import { containerUser } from '../../../src/containers/users.ts';

const lists = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1001:User:/home/someone:/bin/sh\n',
  group: 'root:x:0:\nusers:x:1001:\naudio:x:29:user,other\nvideo:x:44:user\n',
};

test.each([
  ['', { user: 0, group: 0, groups: [], home: '/root' }],
  ['user', { user: 1000, group: 1001, groups: [29, 44], home: '/home/someone' }],
  ['1000', { user: 1000, group: 1001, groups: [29, 44], home: '/home/someone' }],
  ['4242', { user: 4242, group: 0, groups: [], home: '/' }],
  ['user:video', { user: 1000, group: 44, groups: [], home: '/home/someone' }],
  ['user:77', { user: 1000, group: 77, groups: [], home: '/home/someone' }],
  [':audio', { user: 0, group: 29, groups: [], home: '/root' }],
])("'%s' is who Docker takes it for", (text, user) => {
  expect(containerUser(text, lists)).toEqual(user);
});

test.each([
  ['nobody', "no user 'nobody'"],
  ['user:nogroup', "no group 'nogroup'"],
  ['a:b:c', 'NAME:GROUP'],
  ['99999999999', 'which is none'],
])("'%s' is refused", (text, why) => {
  expect(() => containerUser(text, lists)).toThrow(why);
});
