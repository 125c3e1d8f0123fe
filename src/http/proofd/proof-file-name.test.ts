import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { proofDisposition } from './proof-file-name.ts';

const nameOf = (filename: string) =>
  /^attachment; filename="([^"]*)"/.exec(proofDisposition(filename, 'TS-0K7M6X'))![1];

test('a plain name is kept', () => {
  assert.equal(proofDisposition('msa-v3.pdf', 'x'), 'attachment; filename="msa-v3.pdf.ots"');
});

test('a name that is not ASCII is given in both forms', () => {
  assert.equal(
    proofDisposition("Vertrag Ä'1*.pdf", 'x'),
    `attachment; filename="Vertrag _'1_.pdf.ots"; filename*=UTF-8''Vertrag%20%C3%84%271_.pdf.ots`,
  );
});

test('no folder, no hidden file, no line break, no quote, no turned text gets through', () => {
  assert.equal(nameOf('../../etc/passwd'), 'passwd.ots');
  assert.equal(nameOf('C:\\Windows\\cmd.exe'), 'cmd.exe.ots');
  assert.equal(nameOf('.bashrc'), 'bashrc.ots');
  assert.equal(nameOf('a\r\nSet-Cookie: b=1'), 'aSet-Cookie_ b=1.ots');
  assert.equal(nameOf('a";filename="b.exe'), 'a_;filename=_b.exe.ots');
  assert.equal(nameOf('100%41.pdf'), '100_41.pdf.ots');
  assert.equal(proofDisposition('gpj\u202Efdp.exe', 'x'), 'attachment; filename="gpjfdp.exe.ots"');
});

test('a name of which nothing is left becomes the certificate id', () => {
  for (const filename of ['..', '/', 'a/', ' ', '\u200B', '...']) assert.equal(nameOf(filename), 'TS-0K7M6X.ots');
});

test('whatever the name, the header is one line of ASCII with one quoted name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (filename) => {
      const header = proofDisposition(filename, 'TS-0K7M6X');
      assert.match(
        header,
        /^attachment; filename="[^"\\/\P{ASCII}\p{Cc}]{1,104}"(; filename\*=UTF-8''[\w.%~!&$#^`|+-]+)?$/u,
      );
      const extended = /UTF-8''(.*)$/.exec(header)?.[1];
      if (extended !== undefined) assert.doesNotMatch(decodeURIComponent(extended), /[/\\\p{C}]/u);
    }),
  );
});
