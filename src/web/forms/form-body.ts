import type { App } from '../../http/shared/app.ts';

/** Makes what forms send the only body that the routes of a scope take; it comes as `URLSearchParams`. */
export function acceptFormsOnly(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
}
