import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { BADGE_THEMES, type BadgeState, renderBadge } from './badge.ts';
import { escapeXml } from './escape-xml.ts';
import { createQrCode, renderQrPng, renderQrSvg } from './qr.ts';

const STATES: BadgeState[] = ['valid', 'pending', 'revoked', 'unknown'];
const TEXT = 'https://touchmark.example/cert/0190c0de-0000-7000-8000-000000000000';

test('every badge says its state in words, to eyes and to screen readers', () => {
  for (const state of STATES) {
    for (const theme of BADGE_THEMES) {
      const svg = renderBadge({ state, theme, label: 'Touchmark' });
      const word = state[0]!.toUpperCase() + state.slice(1);
      assert.match(svg, new RegExp(`>${word}</text>`));
      assert.match(svg, /role="img" aria-label="Touchmark certificate: /);
      assert.match(svg, /<title>Touchmark certificate: /);
    }
  }
});

test('only a valid badge has the colour of a valid one', () => {
  const colours = STATES.map(
    (state) => /Z" fill="(#\w{6})"/.exec(renderBadge({ state, theme: 'light', label: 'x' }))![1],
  );
  assert.equal(new Set(colours).size, STATES.length);
});

test('a badge brings everything along and loads nothing', () => {
  for (const theme of BADGE_THEMES) {
    const svg = renderBadge({ state: 'valid', theme, label: 'Touchmark' });
    assert.doesNotMatch(
      svg.replace('http://www.w3.org/2000/svg', ''),
      /https?:|url\(|@import|@font-face|<script|<image|href/,
    );
  }
});

test('whatever the label is, it stays text, and the badge a well-formed document of a bounded width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom(...STATES), (label, state) => {
      const svg = renderBadge({ state, theme: 'auto', label });
      requireWellFormed(svg);
      assert.ok(Number(/width="(\d+)"/.exec(svg)![1]) < 800);
      assert.equal(svg.match(/<text /g)!.length, 2);
    }),
  );
});

test('what XML cannot hold is replaced', () => {
  assert.equal(escapeXml(`<a b="c">&'\u0000\ud800</a>`), '&lt;a b=&quot;c&quot;&gt;&amp;&#39;\ufffd\ufffd&lt;/a&gt;');
});

test('a camera reads the address from the PNG', () => {
  const png = PNG.sync.read(Buffer.from(renderQrPng(createQrCode(TEXT), 4)));
  assert.equal(png.width, png.height);
  assert.equal(jsqr.default(new Uint8ClampedArray(png.data), png.width, png.height)?.data, TEXT);
});

test('a camera reads the address from the SVG', () => {
  const code = createQrCode(TEXT);
  const svg = renderQrSvg(code, TEXT);
  requireWellFormed(svg);
  const scale = 4;
  const pixels = new Uint8ClampedArray((code.size * scale) ** 2 * 4).fill(255);
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+Z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++) {
      for (let column = Number(x) * scale; column < (Number(x) + Number(length)) * scale; column++) {
        pixels.fill(0, (row * code.size * scale + column) * 4, (row * code.size * scale + column) * 4 + 3);
      }
    }
  }
  assert.equal(jsqr.default(pixels, code.size * scale, code.size * scale)?.data, TEXT);
});

test('the quiet zone around a code is four modules wide', () => {
  const { size, isDark } = createQrCode(TEXT);
  for (let i = 0; i < size; i++) {
    for (const edge of [0, 3, size - 4, size - 1]) assert.ok(!isDark(i, edge) && !isDark(edge, i));
  }
  assert.ok(isDark(4, 4));
});

test('the same address gives the same bytes', () => {
  assert.deepEqual(renderQrPng(createQrCode(TEXT), 3), renderQrPng(createQrCode(TEXT), 3));
});

/** Tags are closed in order, and no text has a bare special character. */
function requireWellFormed(svg: string): void {
  const open: string[] = [];
  let rest = svg.trim();
  while (rest !== '') {
    const tag = /^<(\/?)([a-z]+)((?: [a-zA-Z-]+(?::[a-z]+)?="[^"<]*")*)(\/?)>/.exec(rest);
    if (tag !== null) {
      if (tag[1] === '/') assert.equal(open.pop(), tag[2]);
      else if (tag[4] === '') open.push(tag[2]!);
      for (const [entity] of tag[3]!.matchAll(/&[^;]*;?/g)) assert.match(entity, /^&(?:amp|lt|gt|quot|#39);$/);
      rest = rest.slice(tag[0].length);
      continue;
    }
    const text = /^[^<]+/.exec(rest)?.[0];
    assert.ok(text, rest.slice(0, 80));
    for (const [entity] of text.matchAll(/&[^;]*;?/g)) assert.match(entity, /^&(?:amp|lt|gt|quot|#39);$/);
    rest = rest.slice(text.length);
  }
  assert.deepEqual(open, []);
}
