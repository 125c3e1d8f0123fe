import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Content, type Html, html, Part } from './html.ts';
import type { Outcome } from './outcome.ts';

test('whatever is filled in is text, never markup', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const markup = html`<p title="${text}">${text}</p>`.toString();
      const [, attribute, content] = /^<p title="([^"<>']*)">([^"<>']*)<\/p>$/s.exec(markup)!;
      assert.equal(attribute, content);
      assert.equal(decode(content!), text);
    }),
  );
});

test('markup, lists of it and nothing are filled in as they are', () => {
  const items: Content = ['<a>', html`<b>${'<c>'}</b>`, null, 7];
  assert.equal(html`<p>${items}</p>`.toString(), '<p>&lt;a&gt;<b>&lt;c&gt;</b>7</p>');
});

test('an object that looks like markup is text', () => {
  const forged = { toString: () => '<script>' } as unknown as string;
  assert.equal(html`${forged}`.toString(), '&lt;script&gt;');
});

test('an address that would run something or leave by a side door is refused', () => {
  for (const address of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', '/\\evil.example', 'x', '']) {
    assert.throws(() => html`<a href="${address}">`, TypeError, address);
  }
  for (const address of ['/account', '?q=1', '#main', 'https://pay.example/x', 'http://127.0.0.1:8080/']) {
    assert.equal(html`<a href="${address}">`.toString(), `<a href="${address}">`);
  }
});

test('an attribute without quotes is refused', () => {
  assert.throws(() => html`<p title=${'x'}>`, TypeError);
});

test('a part is written with the page, wherever it stands, and what it has inside is found', () => {
  class Told extends Part {
    render(outcome: Outcome): Html {
      return html`<b>${outcome.kind === 'notice' ? outcome.text : 'nothing'}</b>${this.content}`;
    }
  }
  const inner = new Told();
  const outer = new Told(html`<i>${[inner, '<']}</i>`);
  const page = html`<p title="${'"'}">${html`${outer}`}</p>`;
  assert.equal(page.toString(), '<p title="&quot;"><b>nothing</b><i><b>nothing</b>&lt;</i></p>');
  const written = page.write({ kind: 'notice', tone: 'good', text: '<script>' });
  assert.equal(written, page.toString().replaceAll('nothing', '&lt;script&gt;'));
  assert.deepEqual([...page.parts()], [outer, inner]);
});

function decode(text: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => characters[name]!);
}
