import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowedCalendarUri } from './calendar.ts';

const PATTERNS = ['https://*.calendar.example.org', 'http://127.0.0.1:8080/calendar/alice'];

for (const uri of [
  'https://alice.btc.calendar.example.org',
  'https://alice.calendar.example.org/',
  'https://ALICE.calendar.example.org',
  'http://127.0.0.1:8080/calendar/alice',
]) {
  test(`a calendar on the list may be asked: ${uri}`, () => assert.ok(isAllowedCalendarUri(uri, PATTERNS)));
}

for (const uri of [
  'http://alice.calendar.example.org',
  'https://calendar.example.org',
  'https://evilcalendar.example.org',
  'https://alice.calendar.example.org.evil.test',
  'https://alice.calendar.example.org:8443',
  'https://user@alice.calendar.example.org',
  'https://alice.calendar.example.org/path',
  'https://*.calendar.example.org',
  'http://127.0.0.1:8080/calendar/bob',
  'http://127.0.0.1:8080/calendar/alice/../bob',
  'http://127.0.0.1:8081/calendar/alice',
  'http://169.254.169.254/latest',
  'file:///etc/passwd',
  '',
]) {
  test(`an address outside the list is never asked: ${uri}`, () => assert.ok(!isAllowedCalendarUri(uri, PATTERNS)));
}
